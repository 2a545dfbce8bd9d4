/* The gradient to a convolution's weights: for each tap an outer product of input and output channels, summed over the
   pixels. A cell is what one register tile holds: some elements of the input under some vectors of output channels.
   The pixels pass in chunks that fit the cache; a cell's sums wait in `room` between them. */
typedef struct {
  int n, h, w, c, groups, o, kh, kw, sy, sx, dy, dx, top, left, oh, ow;
  int merged;              /* whether a cell's elements run across the taps of a row (few channels) */
  int k, v;                /* elements and vectors of a cell */
  int images, rows;        /* a chunk's */
} Gradient;

/* Adds what the pixels of a chunk give to the k elements from k_from of tap (ky, kx), and v vectors from o_from. */
INLINE void cell(const Gradient j, float* restrict room, const float* restrict x, const float* restrict g, const int k,
                 const int v_count, const int cut, const int ky, const int kx, const int k_from, const int images,
                 const int first, const int rows, const int begin, const int fresh) {
  vec sum[REGISTERS];
  UNROLL for (int i = 0; i < k * v_count; i++) sum[i] = fresh ? (vec)0 : load(room + i * VL);
  const int all = j.groups * j.o;
  /* rows and columns of g whose tap lies on the map */
  const int above = j.top - ky * j.dy, before = j.left - kx * j.dx;
  const int r_from = max(first, above > 0 ? (above + j.sy - 1) / j.sy : 0);
  const int r_to = min(first + rows, (j.h - 1 + above) < 0 ? 0 : (j.h - 1 + above) / j.sy + 1);
  int c_from = before > 0 ? (before + j.sx - 1) / j.sx : 0;
  int c_to = min(j.ow, (j.w - 1 + before) < 0 ? 0 : (j.w - 1 + before) / j.sx + 1);
  if (j.merged) {
    c_from = j.left > 0 ? min((j.left + j.sx - 1) / j.sx, j.ow) : 0, c_to = min(j.ow, (j.w - j.kw + j.left) / j.sx + 1);
    if (j.w - j.kw + j.left < 0) c_to = 0;
    c_to = max(c_from, c_to);
  }
  ROLLED for (int n = 0; n < images; n++) ROLLED for (int r = r_from; r < r_to; r++) {
    const float* xs = x + ((long)(begin + n) * j.h + r * j.sy - above) * j.w * j.c + k_from - before * j.c;
    const float* gs = g + ((long)(begin + n) * j.oh + r) * j.ow * all;
    ROLLED for (int c = c_from; c < c_to; c++) {
      vec gv[4];
      UNROLL for (int v = 0; v < v_count; v++)
        gv[v] = take(gs + c * all + v * VL, v == v_count - 1 ? cut : 0);
      UNROLL for (int i = 0; i < k; i++) {
        const float s = xs[c * j.sx * j.c + i];
        UNROLL for (int v = 0; v < v_count; v++) sum[i * v_count + v] += s * gv[v];
      }
    }
    if (j.merged) ROLLED for (int edge = 0; edge < 2; edge++)
      ROLLED for (int c = edge ? c_to : 0; c < (edge ? j.ow : c_from); c++) {
        const int at = (c * j.sx - before) * j.c + k_from;
        vec gv[4];
        UNROLL for (int v = 0; v < v_count; v++)
          gv[v] = take(gs + c * all + v * VL, v == v_count - 1 ? cut : 0);
        UNROLL for (int i = 0; i < k; i++) {
          const float s = at + i >= 0 && at + i < j.w * j.c ? xs[c * j.sx * j.c + i] : 0;
          UNROLL for (int v = 0; v < v_count; v++) sum[i * v_count + v] += s * gv[v];
        }
      }
  }
  UNROLL for (int i = 0; i < k * v_count; i++) *(vec*)(room + i * VL) = sum[i];
}

INLINE void cell_of_outputs(const Gradient j, float* restrict room, const float* restrict x, const float* restrict g,
                            const int k, const int o_vector, const int ky, const int kx, const int k_from,
                            const int images, const int first, const int rows, const int begin, const int fresh) {
  const int vectors = (j.o + VL - 1) / VL, cut = j.o % VL, rest = vectors % j.v;
  const float* gs = g + o_vector * VL;
  if (o_vector + j.v < vectors || (!rest && !cut))
    cell(j, room, x, gs, k, j.v, 0, ky, kx, k_from, images, first, rows, begin, fresh);
  else
    cell(j, room, x, gs, k, rest ? rest : j.v, cut, ky, kx, k_from, images, first, rows, begin, fresh);
}

/* Which weights cell number q holds. */
#define CELL(q) \
  const int ot = q % o_tiles, kt = q / o_tiles % k_tiles, kx = q / (o_tiles * k_tiles) % columns; \
  const int ky = q / (o_tiles * k_tiles * columns) % j.kh, group = q / (o_tiles * k_tiles * columns * j.kh);

INLINE void to_weights(const Gradient j, float* restrict dw, float* restrict room, const float* restrict x,
                       const float* restrict g, const int part, const int parts) {
  const int each = j.c / j.groups, elements = j.merged ? j.kw * j.c : each, columns = j.merged ? 1 : j.kw;
  const int k_tiles = (elements + j.k - 1) / j.k, k_rest = elements % j.k;
  const int vectors = (j.o + VL - 1) / VL, o_tiles = (vectors + j.v - 1) / j.v, size = j.k * j.v * VL;
  const int bands = (j.oh + j.rows - 1) / j.rows, chunks = (j.n + j.images - 1) / j.images * bands;
  const int cells = j.groups * j.kh * columns * k_tiles * o_tiles, mine = (cells + parts - 1) / parts;
  ROLLED for (int t = 0; t < chunks; t++) {
    const int n = t / bands * j.images, r = t % bands * j.rows;
    const int images = min(j.images, j.n - n), rows = min(j.rows, j.oh - r);
    ROLLED for (int q = part * mine; q < min(cells, (part + 1) * mine); q++) {
      CELL(q)
      const float *xs = x + group * each, *gs = g + group * j.o;
      if (k_rest && kt == k_tiles - 1)
        cell_of_outputs(j, room + (long)q * size, xs, gs, k_rest, ot * j.v, ky, kx, kt * j.k, images, r, rows, n, t == 0);
      else
        cell_of_outputs(j, room + (long)q * size, xs, gs, j.k, ot * j.v, ky, kx, kt * j.k, images, r, rows, n, t == 0);
    }
  }
  ROLLED for (int q = part * mine; q < min(cells, (part + 1) * mine); q++) {
    CELL(q)
    const int v_count = min(j.v, vectors - ot * j.v);
    ROLLED for (int i = 0; i < min(j.k, elements - kt * j.k); i++) for (int o = 0; o < min(v_count * VL, j.o - ot * j.v * VL); o++) {
      const int e = kt * j.k + i, tap = j.merged ? e / j.c : kx, channel = j.merged ? e % j.c : e;
      dw[(((long)(group * j.o + ot * j.v * VL + o) * each + channel) * j.kh + ky) * j.kw + tap]
        = room[(long)q * size + i * v_count * VL + o];
    }
  }
}
