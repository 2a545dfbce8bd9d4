/* Maximum of windows of (N, H, W, C), and its gradient, which goes to the first of the largest elements. */
typedef struct { int n, h, w, c, kh, kw, sy, sx, dy, dx, top, left, oh, ow; } Pool;
typedef int ivec __attribute__((ext_vector_type(VL), aligned(4)));

/* Runs `body` for each tap (at x[from]) of the window at (r, c). */
#define EACH_TAP(body) \
  ROLLED for (int ky = 0; ky < j.kh; ky++) ROLLED for (int kx = 0; kx < j.kw; kx++) { \
    const int row = r * j.sy - j.top + ky * j.dy, column = c * j.sx - j.left + kx * j.dx; \
    if (row < 0 || row >= j.h || column < 0 || column >= j.w) continue; \
    const long from = ((long)row * j.w + column) * j.c; \
    body \
  }

INLINE void largest(const Pool j, float* restrict y, const float* restrict x, const int part, const int parts) {
  const int vectors = (j.c + VL - 1) / VL;
  ROLLED for (int q = part; q < j.n * j.oh; q += parts) {
    const int n = q / j.oh, r = q % j.oh;
    ROLLED for (int c = 0; c < j.ow; c++) ROLLED for (int v = 0; v < vectors; v++) {
      const float* xs = x + (long)n * j.h * j.w * j.c + v * VL;
      const int cut = j.c - v * VL;
      vec best = -__builtin_inff();
      EACH_TAP(const vec here = some(xs + from, cut); best = here > best ? here : best;)
      keep(y + (((long)n * j.oh + r) * j.ow + c) * j.c + v * VL, best, cut);
    }
  }
}

INLINE void from_largest(const Pool j, float* restrict dx, const float* restrict g, const float* restrict x,
                         const int part, const int parts) {
  const int vectors = (j.c + VL - 1) / VL;
  ROLLED for (int q = part; q < j.n * vectors; q += parts) {
    const int n = q / vectors, v = q % vectors, cut = j.c - v * VL;
    const float* xs = x + (long)n * j.h * j.w * j.c + v * VL;
    float* to = dx + (long)n * j.h * j.w * j.c + v * VL;
    ROLLED for (long i = 0; i < (long)j.h * j.w; i++) keep(to + i * j.c, (vec)0, cut);
    ROLLED for (int r = 0; r < j.oh; r++) ROLLED for (int c = 0; c < j.ow; c++) {
      const vec gv = some(g + (((long)n * j.oh + r) * j.ow + c) * j.c + v * VL, cut);
      vec best = -__builtin_inff();
      ivec which = -1;
      EACH_TAP(const vec here = some(xs + from, cut); const ivec more = (here > best) | (which < 0);
               best = more ? here : best; which = more ? (ivec)(ky * j.kw + kx) : which;)
      EACH_TAP(const vec there = some(to + from, cut);
               keep(to + from, there + (which == (ivec)(ky * j.kw + kx) ? gv : (vec)0), cut);)
    }
  }
}
