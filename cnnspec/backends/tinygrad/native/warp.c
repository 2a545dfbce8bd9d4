/* Images turned and moved: each pixel of the result comes from the place that its image's matrix gives.
   IH, IW, IC: the images' height, width and channels; SOURCE: the type of their values. */
typedef struct { int n, nearest; float fill; } Warp;

INLINE float between(const float x, const float low, const float high) { return x < low ? low : x > high ? high : x; }

/* As Pillow does it: a place outside gives `fill`, and within half a pixel of the edge the edge counts. */
INLINE void warp_images(const Warp j, float* restrict y, const SOURCE* restrict x, const float* restrict m,
                 const int part, const int parts) {
  float planes[IC][IH * IW], du[IW], dv[IW];
  int ul[IW], ur[IW], ll[IW], lr[IW], inside[IW];
  ROLLED for (int n = part; n < j.n; n += parts) {
    const SOURCE* from = x + (long)n * IH * IW * IC;
    const float* t = m + n * 6;
    for (int k = 0; k < IC; k++) for (int i = 0; i < IH * IW; i++) planes[k][i] = from[i * IC + k];
    ROLLED for (int r = 0; r < IH; r++) {
      float* to = y + ((long)n * IH + r) * IW * IC;
      const float x0 = t[1] * (r + 0.5f) + t[2], y0 = t[4] * (r + 0.5f) + t[5];
      for (int c = 0; c < IW; c++) {
        const float u = t[0] * (c + 0.5f) + x0, v = t[3] * (c + 0.5f) + y0;
        inside[c] = (u >= 0) & (u < IW) & (v >= 0) & (v < IH);
        const float back = j.nearest ? 0 : 0.5f;
        const float a = __builtin_floorf(between(u, -1, IW) - back), b = __builtin_floorf(between(v, -1, IH) - back);
        du[c] = j.nearest ? 0 : u - 0.5f - a;
        dv[c] = j.nearest ? 0 : v - 0.5f - b;
        const int left = (int)between(a, 0, IW - 1), right = (int)between(a + 1, 0, IW - 1);
        const int top = (int)between(b, 0, IH - 1) * IW, low = (int)between(b + 1, 0, IH - 1) * IW;
        ul[c] = top + left, ur[c] = top + right, ll[c] = low + left, lr[c] = low + right;
      }
      for (int k = 0; k < IC; k++) {
        const float* p = planes[k];
        for (int c = 0; c < IW; c++) {
          const float upper = p[ul[c]] + du[c] * (p[ur[c]] - p[ul[c]]);
          const float lower = p[ll[c]] + du[c] * (p[lr[c]] - p[ll[c]]);
          const float value = upper + dv[c] * (lower - upper);
          to[c * IC + k] = inside[c] ? value : j.fill;
        }
      }
    }
  }
}
