/* Depthwise convolution of (N, H, W, C), a filter a channel, vectors along the channels. After convolution.c, whose
   jobs and packings it takes (one output a group). */
enum { PIXELS = 8 };

/* A filter a channel (c, taps) to (taps, c), in the order of the job. */
INLINE void turn_filters(const Packing p, float* restrict to, const float* restrict w, const float* restrict scale) {
  for (int t = 0; t < p.kh * p.kw; t++) {
    const int from = (p.ky + t / p.kw * p.ky_step) * p.columns + p.kx + t % p.kw * p.kx_step;
    for (int c = 0; c < p.groups; c++) to[t * p.groups + c] = w[(long)c * p.group_step + from] * (scale ? scale[c] : 1);
  }
}

/* `count` output pixels beside each other; of the taps those from (ky_from, kx_from) to before (ky_to, kx_to). */
INLINE void pixels(const Job j, float* restrict y, const float* restrict x, const float* restrict w, const vec start,
                   const int count, const int ky_from, const int ky_to, const int kx_from, const int kx_to,
                   const int cut) {
  vec sum[PIXELS];
  UNROLL for (int p = 0; p < count; p++) sum[p] = start;
  ROLLED for (int ky = ky_from; ky < ky_to; ky++) ROLLED for (int kx = kx_from; kx < kx_to; kx++) {
    const vec filter = take(w + (ky * j.kw + kx) * j.c, cut);
    const float* at = x + ((long)ky * j.dy * j.w + kx * j.dx) * j.c;
    UNROLL for (int p = 0; p < count; p++) sum[p] += filter * take(at + p * j.sx * j.c, cut);
  }
  UNROLL for (int p = 0; p < count; p++) store(y + p * j.y_pixel, activated(sum[p], j.activation), cut ? cut : VL);
}

INLINE void depth_row(const Job j, float* restrict y, const float* restrict x, const float* restrict w, const vec start,
                      const int top, const int cut) {
  const int ky_from = top < 0 ? min((-top + j.dy - 1) / j.dy, j.kh) : 0;
  const int ky_to = max(min(j.kh, j.h > top ? (j.h - 1 - top) / j.dy + 1 : 0), ky_from);
  const int safe_from = j.left > 0 ? min((j.left + j.sx - 1) / j.sx, j.ow) : 0;
  const int reach = j.w - 1 - (j.kw - 1) * j.dx + j.left;
  const int safe_to = max(safe_from, reach < 0 ? 0 : min(reach / j.sx + 1, j.ow));
  const float* row = x + ((long)top * j.w - j.left) * j.c;
  int c = 0;
  ROLLED while (c < j.ow) {
    const float* at = row + (long)c * j.sx * j.c;
    if (c >= safe_from && c + PIXELS <= safe_to) {
      pixels(j, y + c * j.y_pixel, at, w, start, PIXELS, ky_from, ky_to, 0, j.kw, cut);
      c += PIXELS;
      continue;
    }
    const int left = c * j.sx - j.left;
    const int kx_from = left < 0 ? min((-left + j.dx - 1) / j.dx, j.kw) : 0;
    const int kx_to = max(min(j.kw, j.w > left ? (j.w - 1 - left) / j.dx + 1 : 0), kx_from);
    pixels(j, y + c * j.y_pixel, at, w, start, 1, ky_from, ky_to, kx_from, kx_to, cut);
    c++;
  }
}

INLINE void depthwise(const Job j, const Packing p, float* restrict y, float* restrict room, const float* restrict x,
                      const float* restrict w, const float* restrict bias, const float* restrict scale, const int part,
                      const int parts) {
  const int vectors = (j.c + VL - 1) / VL, cut = j.c % VL;
  turn_filters(p, room, w, scale);
  ROLLED for (int q = part; q < j.n * j.oh; q += parts) {
    const int n = q / j.oh, r = q % j.oh;
    float* to = y + j.y_from + (long)n * j.y_image + r * j.y_row;
    const float* from = x + (long)n * j.h * j.w * j.c;
    const int top = r * j.sy - j.top;
    ROLLED for (int v = 0; v < (cut ? vectors - 1 : vectors); v++)
      depth_row(j, to + v * VL, from + v * VL, room + v * VL, bias ? load(bias + v * VL) : (vec)0, top, 0);
    if (cut) {
      const int v = vectors - 1;
      depth_row(j, to + v * VL, from + v * VL, room + v * VL, bias ? load_part(bias + v * VL, cut) : (vec)0, top, cut);
    }
  }
}

/* parts (blocks of images, taps, c): the gradient to the filters of some images, one row of taps at a time. */
INLINE void filter_row(const Job j, float* restrict to, const float* restrict x, const float* restrict g, const int ky,
                       const int kx_from, const int count, const int n_from, const int n_to, const int cut) {
  vec sum[PIXELS];
  UNROLL for (int i = 0; i < count; i++) sum[i] = 0;
  const int left = j.left - kx_from * j.dx, reach = j.w - 1 - (count - 1) * j.dx + left;
  const int safe_from = left > 0 ? min((left + j.sx - 1) / j.sx, j.ow) : 0;
  const int safe_to = max(safe_from, reach < 0 ? 0 : min(reach / j.sx + 1, j.ow));
  ROLLED for (int n = n_from; n < n_to; n++) ROLLED for (int r = 0; r < j.oh; r++) {
    const int row = r * j.sy - j.top + ky * j.dy;
    if (row < 0 || row >= j.h) continue;
    const float* xs = x + (((long)n * j.h + row) * j.w - left) * j.c;
    const float* gs = g + ((long)n * j.oh + r) * j.ow * j.c;
    ROLLED for (int c = safe_from; c < safe_to; c++) {
      const vec gv = take(gs + c * j.c, cut);
      UNROLL for (int i = 0; i < count; i++) sum[i] += gv * take(xs + (c * j.sx + i * j.dx) * j.c, cut);
    }
    ROLLED for (int edge = 0; edge < 2; edge++)
      ROLLED for (int c = edge ? safe_to : 0; c < (edge ? j.ow : safe_from); c++) {
        const vec gv = take(gs + c * j.c, cut);
        UNROLL for (int i = 0; i < count; i++) {
          const int column = c * j.sx - left + i * j.dx;
          if (column >= 0 && column < j.w) sum[i] += gv * take(xs + (c * j.sx + i * j.dx) * j.c, cut);
        }
      }
  }
  UNROLL for (int i = 0; i < count; i++) store(to + (ky * j.kw + kx_from + i) * j.c, sum[i], cut ? cut : VL);
}

INLINE void filters_of(const Job j, float* restrict to, const float* restrict x, const float* restrict g, const int n_from,
                       const int n_to, const int cut) {
  ROLLED for (int ky = 0; ky < j.kh; ky++) {
    int kx = 0;
    ROLLED for (; kx + PIXELS <= j.kw; kx += PIXELS) filter_row(j, to, x, g, ky, kx, PIXELS, n_from, n_to, cut);
    if (j.kw % PIXELS) filter_row(j, to, x, g, ky, kx, j.kw % PIXELS, n_from, n_to, cut);
  }
}

INLINE void to_filters(const Job j, float* restrict partial, const float* restrict x, const float* restrict g,
                       const int blocks, const int part, const int parts) {
  const int vectors = (j.c + VL - 1) / VL, cut = j.c % VL;
  ROLLED for (int q = part; q < blocks * vectors; q += parts) {
    const int block = q / vectors, v = q % vectors;
    const int n_from = (long)j.n * block / blocks, n_to = (long)j.n * (block + 1) / blocks;
    float* to = partial + (long)block * j.kh * j.kw * j.c + v * VL;
    if (cut && v == vectors - 1) filters_of(j, to, x + v * VL, g + v * VL, n_from, n_to, cut);
    else filters_of(j, to, x + v * VL, g + v * VL, n_from, n_to, 0);
  }
}
