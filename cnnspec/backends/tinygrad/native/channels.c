/* Sums over the rows of (rows, channels): of batch normalisation, of its gradient, of a bias's. Blocks of rows are
   summed by the parts, then joined; how many blocks there are does not depend on the number of parts. */
#define EACH_BLOCK(c_count, blocks) \
  const int vectors = (c_count + VL - 1) / VL; \
  ROLLED for (int q = part; q < (blocks) * vectors; q += PARTS) { \
    const int block = q / vectors, c = q % vectors * VL, cut = c_count - c; \
    const long from = (long)rows * block / (blocks), to = (long)rows * (block + 1) / (blocks);

/* parts (blocks, 2, channels): mean, and sum of squared differences from it. */
INLINE void moments(float* restrict parts, const float* restrict x, const long rows, const int channels,
                    const int blocks, const int part) {
  EACH_BLOCK(channels, blocks)
    vec sum[4] = {0, 0, 0, 0}, square[4] = {0, 0, 0, 0};
    const vec shift = some(x + from * channels + c, cut);
    long r = from;
    if (cut >= VL) for (; r + 4 <= to; r += 4) UNROLL for (int i = 0; i < 4; i++) {
      const vec d = load(x + (r + i) * channels + c) - shift;
      sum[i] += d, square[i] += d * d;
    }
    for (; r < to; r++) {
      const vec d = some(x + r * channels + c, cut) - shift;
      sum[0] += d, square[0] += d * d;
    }
    const vec all = (sum[0] + sum[1]) + (sum[2] + sum[3]), squares = (square[0] + square[1]) + (square[2] + square[3]);
    const float share = 1.0f / (to - from);
    keep(parts + (long)block * 2 * channels + c, all * share + shift, cut);
    keep(parts + ((long)block * 2 + 1) * channels + c, squares - all * all * share, cut);
  }
}

INLINE void join_moments(float* restrict mean, float* restrict variance, const float* restrict parts, const long rows,
                         const int channels, const int blocks) {
  for (int c = 0; c < channels; c++) {
    double middle = 0, squares = 0;
    for (int b = 0; b < blocks; b++) {
      const long size = (long)rows * (b + 1) / blocks - (long)rows * b / blocks;
      middle += (double)parts[(long)b * 2 * channels + c] * size;
    }
    middle /= rows;
    for (int b = 0; b < blocks; b++) {
      const long size = (long)rows * (b + 1) / blocks - (long)rows * b / blocks;
      const double away = parts[(long)b * 2 * channels + c] - middle;
      squares += parts[((long)b * 2 + 1) * channels + c] + away * away * size;
    }
    mean[c] = middle, variance[c] = squares / rows;
  }
}

/* parts (blocks, 2, channels): sums of g, and of g * (x - mean); without x, of g alone. */
INLINE void gradient_sums(float* restrict parts, const float* restrict g, const float* restrict x,
                          const float* restrict mean, const long rows, const int channels, const int blocks,
                          const int part) {
  EACH_BLOCK(channels, blocks)
    vec sum[4] = {0, 0, 0, 0}, moment[4] = {0, 0, 0, 0};
    const vec middle = x ? some(mean + c, cut) : (vec)0;
    long r = from;
    if (cut >= VL) for (; r + 4 <= to; r += 4) UNROLL for (int i = 0; i < 4; i++) {
      const vec gv = load(g + (r + i) * channels + c);
      sum[i] += gv;
      if (x) moment[i] += gv * (load(x + (r + i) * channels + c) - middle);
    }
    for (; r < to; r++) {
      const vec gv = some(g + r * channels + c, cut);
      sum[0] += gv;
      if (x) moment[0] += gv * (some(x + r * channels + c, cut) - middle);
    }
    keep(parts + (long)block * 2 * channels + c, (sum[0] + sum[1]) + (sum[2] + sum[3]), cut);
    if (x) keep(parts + ((long)block * 2 + 1) * channels + c, (moment[0] + moment[1]) + (moment[2] + moment[3]), cut);
  }
}

INLINE float joined(const float* restrict parts, const int channels, const int blocks, const int which, const int c) {
  double sum = 0;
  for (int b = 0; b < blocks; b++) sum += parts[((long)b * 2 + which) * channels + c];
  return sum;
}
