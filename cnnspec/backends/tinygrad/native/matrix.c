/* Products of matrices that are as a linear layer and its gradients have them. */
typedef struct { int m, n, k, am, ak, p, v; } Product; /* a tile is p rows by v vectors */

/* c (m, n) = sum over k of a[m * am + k * ak] * b (k, n), vectors along n. */
INLINE void product_tile(const Product j, float* restrict c, const float* restrict a, const float* restrict b,
                         const int p, const int v_count, const int cut) {
  vec sum[REGISTERS];
  UNROLL for (int i = 0; i < p * v_count; i++) sum[i] = 0;
  ROLLED for (int k = 0; k < j.k; k++) {
    vec bv[4];
    UNROLL for (int v = 0; v < v_count; v++)
      bv[v] = take(b + (long)k * j.n + v * VL, v == v_count - 1 ? cut : 0);
    UNROLL for (int i = 0; i < p; i++) {
      const float s = a[(long)i * j.am + (long)k * j.ak];
      UNROLL for (int v = 0; v < v_count; v++) sum[i * v_count + v] += s * bv[v];
    }
  }
  UNROLL for (int i = 0; i < p; i++) UNROLL for (int v = 0; v < v_count; v++)
    store(c + (long)i * j.n + v * VL, sum[i * v_count + v], cut && v == v_count - 1 ? cut : VL);
}

INLINE void product_rows(const Product j, float* restrict c, const float* restrict a, const float* restrict b,
                         const int v_count, const int cut) {
  int m = 0;
  ROLLED for (; m + j.p <= j.m; m += j.p) product_tile(j, c + (long)m * j.n, a + (long)m * j.am, b, j.p, v_count, cut);
  if (j.m % j.p) product_tile(j, c + (long)m * j.n, a + (long)m * j.am, b, j.m % j.p, v_count, cut);
}

/* The columns of c are shared among the parts. */
INLINE void product(const Product j, float* restrict c, const float* restrict a, const float* restrict b, const int part,
                    const int parts) {
  const int vectors = (j.n + VL - 1) / VL, tiles = (vectors + j.v - 1) / j.v, rest = vectors % j.v, cut = j.n % VL;
  ROLLED for (int t = part; t < tiles; t += parts) {
    const int at = t * j.v * VL;
    if (t < tiles - 1 || (!rest && !cut)) product_rows(j, c + at, a, b + at, j.v, 0);
    else product_rows(j, c + at, a, b + at, rest ? rest : j.v, cut);
  }
}

typedef struct { int n, o, k, p, q, activation; } Dots; /* a tile is p rows of x by q rows of w */

INLINE void dots_tile(const Dots j, float* restrict y, const float* restrict x, const float* restrict w,
                      const float* bias, const int p, const int q) {
  vec sum[REGISTERS];
  UNROLL for (int i = 0; i < p * q; i++) sum[i] = 0;
  ROLLED for (int k = 0; k + VL <= j.k; k += VL) {
    vec wv[8];
    UNROLL for (int o = 0; o < q; o++) wv[o] = load(w + (long)o * j.k + k);
    UNROLL for (int n = 0; n < p; n++) {
      const vec xv = load(x + (long)n * j.k + k);
      UNROLL for (int o = 0; o < q; o++) sum[n * q + o] += xv * wv[o];
    }
  }
  UNROLL for (int n = 0; n < p; n++) UNROLL for (int o = 0; o < q; o++) {
    float total = bias ? bias[o] : 0;
    float lanes[VL];
    *(vec*)lanes = sum[n * q + o];
    UNROLL for (int half = VL / 2; half; half /= 2) UNROLL for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
    total += lanes[0];
    for (int k = j.k / VL * VL; k < j.k; k++) total += x[(long)n * j.k + k] * w[(long)o * j.k + k];
    if (j.activation && !(total > 0)) total = 0;
    if (j.activation == 2 && total > 6) total = 6;
    y[(long)n * j.o + o] = total;
  }
}

INLINE void dots_rows(const Dots j, float* restrict y, const float* restrict x, const float* restrict w,
                      const float* bias, const int q) {
  int n = 0;
  ROLLED for (; n + j.p <= j.n; n += j.p) dots_tile(j, y + (long)n * j.o, x + (long)n * j.k, w, bias, j.p, q);
  if (j.n % j.p) dots_tile(j, y + (long)n * j.o, x + (long)n * j.k, w, bias, j.n % j.p, q);
}

/* y (n, o) = x (n, k) times w (o, k) turned, plus the bias; the outputs are shared among the parts. */
INLINE void dots(const Dots j, float* restrict y, const float* restrict x, const float* restrict w, const float* bias,
                 const int part, const int parts) {
  const int tiles = (j.o + j.q - 1) / j.q, rest = j.o % j.q;
  ROLLED for (int t = part; t < tiles; t += parts) {
    const int o = t * j.q;
    if (!rest || t < tiles - 1) dots_rows(j, y + o, x, w + (long)o * j.k, bias ? bias + o : 0, j.q);
    else dots_rows(j, y + o, x, w + (long)o * j.k, bias ? bias + o : 0, rest);
  }
}
