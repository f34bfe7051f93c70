// Vectors of kBytes, and squares of them. Included by lines_steps.h.

template <class T> struct vector {
  typedef T type __attribute__((vector_size(kBytes)));
};
template <class T> using V = typename vector<T>::type;
template <class T> constexpr int kLanes = kBytes / sizeof(T);

#define FRINGE_INLINE inline __attribute__((always_inline))

template <class T> FRINGE_INLINE V<T> load(const T *p) {
  V<T> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

template <class T> FRINGE_INLINE void store(T *p, V<T> v) { __builtin_memcpy(p, &v, sizeof v); }

// The first count elements, zeros after them.
template <class T> FRINGE_INLINE V<T> load_some(const T *p, int64_t count) {
  if (count >= kLanes<T>) return load<T>(p);
  T some[kLanes<T>] = {};
  for (int64_t i = 0; i < count; i++) some[i] = p[i];
  return load<T>(some);
}

template <class T> FRINGE_INLINE void store_some(T *p, V<T> v, int64_t count) {
  if (count >= kLanes<T>) return store<T>(p, v);
  T some[kLanes<T>];
  store<T>(some, v);
  for (int64_t i = 0; i < count; i++) p[i] = some[i];
}

// Transposes a square of vectors: interleaving halves log2(lanes) times.
template <class T> FRINGE_INLINE void transpose(V<T> *a) {
  constexpr int n = kLanes<T>;
  typedef typename std::conditional<sizeof(T) == 8, int64_t, int32_t>::type I;
  typedef I M __attribute__((vector_size(kBytes)));
  M low, high;
  for (int i = 0; i < n; i++) {
    low[i] = i / 2 + i % 2 * n;
    high[i] = n / 2 + i / 2 + i % 2 * n;
  }
#pragma GCC unroll 4
  for (int round = 1; round < n; round *= 2) {
    V<T> b[n];
#pragma GCC unroll 8
    for (int i = 0; i < n / 2; i++) {
      b[2 * i] = __builtin_shuffle(a[i], a[i + n / 2], low);
      b[2 * i + 1] = __builtin_shuffle(a[i], a[i + n / 2], high);
    }
#pragma GCC unroll 16
    for (int i = 0; i < n; i++) a[i] = b[i];
  }
}

// Moves a square of vectors, [ky][x] to [x][ky] or back, between memory with the given strides (in elements).
template <class T> FRINGE_INLINE void turn(const T *from, int64_t from_stride, int64_t from_count, T *to, int64_t to_stride, int64_t to_count) {
  constexpr int n = kLanes<T>;
  V<T> a[n];
#pragma GCC unroll 16
  for (int i = 0; i < n; i++) a[i] = i < from_count ? load<T>(from + i * from_stride) : V<T>{};
  transpose<T>(a);
#pragma GCC unroll 16
  for (int i = 0; i < n; i++)
    if (i < to_count) store<T>(to + i * to_stride, a[i]);
}
