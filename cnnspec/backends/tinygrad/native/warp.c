/* Images turned and moved: each pixel of the result comes from the place that its image's matrix gives. */
typedef struct { int n, h, w, c, nearest; float fill; } Warp;

/* As Pillow does it: a place outside gives `fill`, and within half a pixel of the edge the edge counts. */
#define WARP(name, type) \
INLINE void name(const Warp j, float* restrict y, const type* restrict x, const float* restrict m, \
                 const int part, const int parts) { \
  ROLLED for (int q = part; q < j.n * j.h; q += parts) { \
    const int n = q / j.h, r = q % j.h; \
    const float* t = m + n * 6; \
    const type* from = x + (long)n * j.h * j.w * j.c; \
    float* to = y + (long)q * j.w * j.c; \
    const float down = r + 0.5f, x0 = t[1] * down + t[2], y0 = t[4] * down + t[5]; \
    ROLLED for (int c = 0; c < j.w; c++, to += j.c) { \
      const float u = t[0] * (c + 0.5f) + x0, v = t[3] * (c + 0.5f) + y0; \
      if (!(u >= 0 && u < j.w && v >= 0 && v < j.h)) { \
        ROLLED for (int k = 0; k < j.c; k++) to[k] = j.fill; \
        continue; \
      } \
      if (j.nearest) { \
        const type* at = from + ((long)(int)v * j.w + (int)u) * j.c; \
        ROLLED for (int k = 0; k < j.c; k++) to[k] = at[k]; \
        continue; \
      } \
      const float a = __builtin_floorf(u - 0.5f), b = __builtin_floorf(v - 0.5f), du = u - 0.5f - a, dv = v - 0.5f - b; \
      const int left = a < 0 ? 0 : a, right = a + 1 < j.w ? a + 1 : j.w - 1; \
      const int top = b < 0 ? 0 : b, low = b + 1 < j.h ? b + 1 : j.h - 1; \
      const type *ul = from + ((long)top * j.w + left) * j.c, *ur = from + ((long)top * j.w + right) * j.c; \
      const type *ll = from + ((long)low * j.w + left) * j.c, *lr = from + ((long)low * j.w + right) * j.c; \
      ROLLED for (int k = 0; k < j.c; k++) { \
        const float upper = ul[k] + du * ((float)ur[k] - ul[k]), lower = ll[k] + du * ((float)lr[k] - ll[k]); \
        to[k] = upper + dv * (lower - upper); \
      } \
    } \
  } \
}
WARP(warp_bytes, unsigned char)
WARP(warp_floats, float)
