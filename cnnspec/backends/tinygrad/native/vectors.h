/* Vectors as wide as the machine has them; every loop marked UNROLL has constant bounds once inlined. */
#if defined(__AVX512F__)
#define VL 16
#define REGISTERS 32
#elif defined(__AVX__)
#define VL 8
#define REGISTERS 16
#elif defined(__aarch64__)
#define VL 4
#define REGISTERS 32
#else
#define VL 4
#define REGISTERS 16
#endif
typedef float vec __attribute__((ext_vector_type(VL), aligned(4)));
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))

INLINE vec load(const float* from) { return *(const vec*)from; }

/* The first `count` floats of a vector, the rest zero. */
INLINE vec load_part(const float* from, const int count) {
  vec v = 0;
  UNROLL for (int i = 0; i < VL; i++) if (i < count) v[i] = from[i];
  return v;
}

/* A vector of which `cut` floats count, all where that is 0. */
INLINE vec take(const float* from, const int cut) { return cut ? load_part(from, cut) : load(from); }

/* 0 none, 1 relu, 2 relu6. */
INLINE vec activated(const vec v, const int activation) {
  vec r = v;
  if (activation) r = r > 0 ? r : 0;
  if (activation == 2) r = r < 6 ? r : 6;
  return r;
}

/* As many floats of a vector as `count` says, at most all. */
INLINE void store(float* to, const vec v, const int count) {
  if (count >= VL) *(vec*)to = v;
  else UNROLL for (int i = 0; i < VL; i++) if (i < count) to[i] = v[i];
}

/* The same where how many there are is known only when running. */
INLINE vec some(const float* from, const int cut) {
  if (cut >= VL) return load(from);
  vec v = 0;
  for (int i = 0; i < VL; i++) if (i < cut) v[i] = from[i];
  return v;
}

INLINE void keep(float* to, const vec v, const int cut) {
  if (cut >= VL) *(vec*)to = v;
  else for (int i = 0; i < VL; i++) if (i < cut) to[i] = v[i];
}
