/* Convolution of (N, H, W, C) with weights (groups, OP / 16, taps, C / groups, 16) by an outer product in registers:
   a tile of pixels times a few vectors of output channels stays there while all taps and channels pass.

   A Job's numbers are constants once convolve is inlined. A task is a band of output rows (or some whole images);
   where the map is padded, the band's input is copied into `room` with its zeros first. */
typedef struct {
  int n, h, w, c;                 /* input; c of all groups */
  int groups, o, op;              /* outputs of a group, and rounded up to 16 */
  int kh, kw, sy, sx, dy, dx, top, left;
  int oh, ow;                     /* output pixels that this job computes */
  int y_image, y_row, y_pixel, y_from; /* how they lie in y, in floats */
  int weights, activation;        /* where this job's weights begin; what follows */
  int tn, ty, tx, v;              /* tile: images, rows, columns, vectors */
  int images, rows;               /* a task's */
  int copied, by_outputs, bias;
} Job;

INLINE void tile(const Job j, float* restrict y, const float* restrict x, const float* restrict w, const float* bias,
                 const int tx, const int v_count, const int o_from, const int x_image, const int x_row, const int x_pixel) {
  const int pixels = j.tn * j.ty * tx, merged = j.dx == 1 && j.groups == 1;
  const int run = merged ? j.kw * j.c : j.c / j.groups, columns = merged ? 1 : j.kw;
  vec sum[REGISTERS];
  long block[4];
  UNROLL for (int v = 0; v < v_count; v++) {
    const int o = o_from + v * VL;
    block[v] = (long)(o / 16) * j.kh * j.kw * (j.c / j.groups) * 16 + o % 16;
    const vec start = j.bias ? load(bias + o_from + v * VL) : (vec)0;
    UNROLL for (int p = 0; p < pixels; p++) sum[p * v_count + v] = start;
  }
  ROLLED for (int ky = 0; ky < j.kh; ky++) ROLLED for (int kx = 0; kx < columns; kx++) {
    const float* xs = x + ky * j.dy * x_row + kx * j.dx * x_pixel;
    const float* ws = w + (ky * columns + kx) * run * 16;
    ROLLED for (int k = 0; k < run; k++) {
      vec wv[4];
      UNROLL for (int v = 0; v < v_count; v++) wv[v] = load(ws + block[v] + k * 16);
      UNROLL for (int p = 0; p < pixels; p++) {
        const int image = p / (j.ty * tx), row = p / tx % j.ty, column = p % tx;
        const float s = xs[image * x_image + row * j.sy * x_row + column * j.sx * x_pixel + k];
        UNROLL for (int v = 0; v < v_count; v++) sum[p * v_count + v] += s * wv[v];
      }
    }
  }
  UNROLL for (int p = 0; p < pixels; p++) {
    const int image = p / (j.ty * tx), row = p / tx % j.ty, column = p % tx;
    float* to = y + (long)image * j.y_image + row * j.y_row + column * j.y_pixel + o_from;
    UNROLL for (int v = 0; v < v_count; v++) store(to + v * VL, activated(sum[p * v_count + v], j.activation), j.o - o_from - v * VL);
  }
}

INLINE void tiles_of_row(const Job j, float* restrict y, const float* restrict x, const float* restrict w,
                         const float* bias, const int v_count, const int o_from, const int x_image, const int x_row,
                         const int x_pixel) {
  int c = 0;
  ROLLED for (; c + j.tx <= j.ow; c += j.tx)
    tile(j, y + c * j.y_pixel, x + c * j.sx * x_pixel, w, bias, j.tx, v_count, o_from, x_image, x_row, x_pixel);
  if (j.ow % j.tx)
    tile(j, y + c * j.y_pixel, x + c * j.sx * x_pixel, w, bias, j.ow % j.tx, v_count, o_from, x_image, x_row, x_pixel);
}

/* Output channels from o_from of one group, for all pixels of a task. */
INLINE void outputs(const Job j, float* restrict y, const float* restrict x, const float* restrict w, const float* bias,
                    const int v_count, const int o_from, const int images, const int rows, const int x_image,
                    const int x_row, const int x_pixel) {
  ROLLED for (int n = 0; n < images; n += j.tn) ROLLED for (int r = 0; r < rows; r += j.ty)
    tiles_of_row(j, y + (long)n * j.y_image + r * j.y_row, x + (long)n * x_image + r * j.sy * x_row, w, bias, v_count,
                 o_from, x_image, x_row, x_pixel);
}

/* Input rows from `first` of some images, with zeros around. */
INLINE void copy(const Job j, float* restrict room, const float* restrict x, const int images, const int first,
                 const int rows, const int columns) {
  const int from = max(-j.left, 0), zeros = max(j.left, 0), some = min(j.w - from, columns - zeros);
  ROLLED for (int n = 0; n < images; n++) ROLLED for (int r = 0; r < rows; r++) {
    float* to = room + ((long)n * rows + r) * columns * j.c;
    const int row = first + r;
    if (row < 0 || row >= j.h || some <= 0) {
      for (int i = 0; i < columns * j.c; i++) to[i] = 0;
      continue;
    }
    const float* source = x + (((long)n * j.h + row) * j.w + from) * j.c;
    for (int i = 0; i < zeros * j.c; i++) to[i] = 0;
    for (int i = 0; i < some * j.c; i++) to[zeros * j.c + i] = source[i];
    for (int i = (zeros + some) * j.c; i < columns * j.c; i++) to[i] = 0;
  }
}

INLINE void convolve(const Job j, float* restrict y, float* restrict room, const float* restrict x,
                     const float* restrict w, const int part, const int parts) {
  const int vectors = (j.o + VL - 1) / VL, full = vectors / j.v, rest = vectors % j.v, groups_of = full + (rest > 0);
  const int columns = (j.ow - 1) * j.sx + (j.kw - 1) * j.dx + 1;
  const int bands = (j.oh + j.rows - 1) / j.rows, tasks = (j.n + j.images - 1) / j.images * bands;
  const long taps = (long)j.kh * j.kw * (j.c / j.groups) * j.op;
  const float* bias = w + j.weights + taps * j.groups;
  ROLLED for (int t = j.by_outputs ? 0 : part; t < tasks; t += j.by_outputs ? 1 : parts) {
    const int n = t / bands * j.images, r = t % bands * j.rows;
    const int images = min(j.images, j.n - n), rows = min(j.rows, j.oh - r);
    const int first = r * j.sy - j.top, taken = (rows - 1) * j.sy + (j.kh - 1) * j.dy + 1;
    const float* from = x + (((long)n * j.h + first) * j.w - j.left) * j.c;
    const int x_pixel = j.c, x_row = (j.copied ? columns : j.w) * j.c;
    const int x_image = j.copied ? taken * x_row : j.h * j.w * j.c;
    if (j.copied && taken > 0) copy(j, room, x + (long)n * j.h * j.w * j.c, images, first, taken, columns), from = room;
    ROLLED for (int q = j.by_outputs ? part : 0; q < j.groups * groups_of; q += j.by_outputs ? parts : 1) {
      const int g = q / groups_of, o_from = q % groups_of * j.v * VL;
      float* to = y + j.y_from + (long)n * j.y_image + r * j.y_row + g * j.o;
      const float *xs = from + g * (j.c / j.groups), *ws = w + j.weights + g * taps, *b = bias + g * j.op;
      if (rest && q % groups_of == full) outputs(j, to, xs, ws, b, rest, o_from, images, rows, x_image, x_row, x_pixel);
      else if (full) outputs(j, to, xs, ws, b, j.v, o_from, images, rows, x_image, x_row, x_pixel);
    }
  }
}

typedef struct {
  int groups, ins, outs, op, in_step, out_step, group_step; /* steps in floats of w */
  int kh, kw, ky, kx, ky_step, kx_step, columns;            /* taps: the first, the way to the next, the kernel's width */
  int at;                                                   /* where they begin in `to` */
} Packing;

/* Weights (O, C / groups, kernel), times a scale (O) where there is one, to (groups, OP / 16, taps, inputs, 16), then
   the bias (groups, OP). */
INLINE void pack(const Packing p, float* restrict to, const float* restrict w, const float* restrict bias,
                 const float* restrict scale, const int part, const int parts) {
  const int blocks = p.op / 16;
  ROLLED for (int q = part; q < p.groups * blocks; q += parts) {
    const int g = q / blocks, o_from = q % blocks * 16, some = min(16, p.outs - o_from);
    const long taps = (long)p.kh * p.kw * p.ins * p.op;
    float* b = to + p.at + p.groups * taps + g * p.op + o_from;
    for (int o = 0; o < 16; o++) b[o] = bias && o < some ? bias[g * p.outs + o_from + o] : 0;
    ROLLED for (int i = 0; i < p.ins; i++) ROLLED for (int ky = 0; ky < p.kh; ky++) ROLLED for (int kx = 0; kx < p.kw; kx++) {
      float* row = to + p.at + g * taps + (((long)(o_from / 16) * p.kh * p.kw + ky * p.kw + kx) * p.ins + i) * 16;
      const float* from = w + g * (long)p.group_step + i * (long)p.in_step + o_from * (long)p.out_step
                            + (p.ky + ky * p.ky_step) * p.columns + p.kx + kx * p.kx_step;
      if (some == 16) for (int o = 0; o < 16; o++) row[o] = from[(long)o * p.out_step];
      else for (int o = 0; o < 16; o++) row[o] = o < some ? from[(long)o * p.out_step] : 0;
      if (scale) for (int o = 0; o < some; o++) row[o] *= scale[g * p.outs + o_from + o];
    }
  }
}
