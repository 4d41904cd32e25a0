// Sums, products, maxima, minima, all and any along the middle of [outer, middle, inner]. Rows are reduced by several vectors side
// by side and long ones in blocks whose results are paired in a tree, so that a sum of a million float32 stays right to the last
// digits. What a block or a chunk is depends on the shape alone, so the numbers do too. Next: `rows.h`, `elementwise.h`.
#pragma once
#include <algorithm>
#include <limits>
#include <memory>
#include <type_traits>

#include "machine.h"

namespace latently {
namespace reduction {

#if defined(__AVX512F__)
constexpr int width = 16;
#elif defined(__AVX2__)
constexpr int width = 8;
#else
constexpr int width = 4;
#endif

template <class Word>
struct LanesOf {
  typedef Word Type __attribute__((vector_size(width * 4)));
};
template <class Word>
using Lanes = typename LanesOf<Word>::Type;

template <class Word>
inline Lanes<Word> Load(const Word* from) {
  Lanes<Word> lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

template <class Word>
inline void Store(Word* to, Lanes<Word> lanes) {
  std::memcpy(to, &lanes, sizeof lanes);
}

template <class Word>
inline Lanes<Word> Fill(Word value) {
  return Lanes<Word>{} + value;
}

// A kind of reduction: what nothing reduces to, and how two partial results become one (words or vectors of them).
struct Sum {
  using Word = float;
  static constexpr Word nothing = 0;
  template <class T> static T of(T a, T b) { return a + b; }
};
struct Product {
  using Word = float;
  static constexpr Word nothing = 1;
  template <class T> static T of(T a, T b) { return a * b; }
};
// A NaN on either side stays, as in TensorFlow's kernels: the comparison takes b's, the second choice a's.
struct Max {
  using Word = float;
  static constexpr Word nothing = -std::numeric_limits<float>::infinity();
  template <class T> static T of(T a, T b) {
    const T larger = a > b ? a : b;
    return a == a ? larger : a;
  }
};
struct Min {
  using Word = float;
  static constexpr Word nothing = std::numeric_limits<float>::infinity();
  template <class T> static T of(T a, T b) {
    const T smaller = a < b ? a : b;
    return a == a ? smaller : a;
  }
};
struct All {
  using Word = int32_t;
  static constexpr Word nothing = 1;
  template <class T> static T of(T a, T b) { return a & b; }
};
struct Any {
  using Word = int32_t;
  static constexpr Word nothing = 0;
  template <class T> static T of(T a, T b) { return a | b; }
};
// Unsigned, because the sum of int32 wraps around.
struct IntegerSum {
  using Word = uint32_t;
  static constexpr Word nothing = 0;
  template <class T> static T of(T a, T b) { return a + b; }
};
struct IntegerMax {
  using Word = int32_t;
  static constexpr Word nothing = std::numeric_limits<int32_t>::min();
  template <class T> static T of(T a, T b) { return a > b ? a : b; }
};
struct IntegerMin {
  using Word = int32_t;
  static constexpr Word nothing = std::numeric_limits<int32_t>::max();
  template <class T> static T of(T a, T b) { return a < b ? a : b; }
};

// A result, or a vector of them, times the factor of a mean; integers have none.
template <class Kind, class T>
inline T Scaled(T value, float factor) {
  if constexpr (std::is_same_v<typename Kind::Word, float>) return value * factor;
  else return value;
}

// The lanes of a vector, halved until one is left.
template <class Kind, int lanes = width>
inline typename Kind::Word Across(const typename Kind::Word* values) {
  if constexpr (lanes == 1) {
    return values[0];
  } else {
    typename Kind::Word half[lanes / 2];
    for (int i = 0; i < lanes / 2; i++) half[i] = Kind::of(values[i], values[i + lanes / 2]);
    return Across<Kind, lanes / 2>(half);
  }
}

template <class Kind>
inline typename Kind::Word Across(Lanes<typename Kind::Word> lanes) {
  typename Kind::Word values[width];
  Store(values, lanes);
  return Across<Kind>(values);
}

// The last `count` (below the width) words before `end`, ahead of them what changes nothing; `width` words before `end` must be there.
template <class Word>
inline Lanes<Word> Last(const Word* end, int64_t count, Word nothing) {
  static constexpr struct Table {
    int32_t values[2 * width] = {};
    constexpr Table() { for (int i = width; i < 2 * width; i++) values[i] = -1; }
  } table;
  const Lanes<int32_t> taken = Load(table.values + count);
  return taken ? Load(end - width) : Fill(nothing);
}

constexpr int64_t rowBlock = 32 * 8 * width;

// One row of at most `rowBlock` words.
template <class Kind>
inline typename Kind::Word ShortRow(const typename Kind::Word* row, int64_t count) {
  using Word = typename Kind::Word;
  if (count < width) {
    Word result = Kind::nothing;
    for (int64_t i = 0; i < count; i++) result = Kind::of(result, row[i]);
    return result;
  }
  Lanes<Word> sums[8];
  sums[0] = Load(row);
  int64_t i = width;
  if (count >= 8 * width) {
    for (int k = 1; k < 8; k++) sums[k] = Load(row + k * width);
    for (i = 8 * width; i + 8 * width <= count; i += 8 * width)
      for (int k = 0; k < 8; k++) sums[k] = Kind::of(sums[k], Load(row + i + k * width));
    for (int step = 4; step > 0; step /= 2)
      for (int k = 0; k < step; k++) sums[k] = Kind::of(sums[k], sums[k + step]);
  }
  for (; i + width <= count; i += width) sums[0] = Kind::of(sums[0], Load(row + i));
  if (i < count) sums[0] = Kind::of(sums[0], Last<Word>(row + count, count - i, Kind::nothing));
  return Across<Kind>(sums[0]);
}

// One row of any length: halves of whole blocks, paired.
template <class Kind>
typename Kind::Word Row(const typename Kind::Word* row, int64_t count) {
  if (count <= rowBlock) return ShortRow<Kind>(row, count);
  const int64_t blocks = (count + rowBlock - 1) / rowBlock, half = blocks / 2 * rowBlock;
  return Kind::of(Row<Kind>(row, half), Row<Kind>(row + half, count - half));
}

// Rows too short for a vector: four at a time, so that none waits for another's additions.
template <class Kind>
inline void TinyRows(const typename Kind::Word* in, int64_t rows, int64_t count, typename Kind::Word* out, float factor) {
  using Word = typename Kind::Word;
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    Word results[4] = {Kind::nothing, Kind::nothing, Kind::nothing, Kind::nothing};
    const Word* row = in + r * count;
    for (int64_t i = 0; i < count; i++)
      for (int k = 0; k < 4; k++) results[k] = Kind::of(results[k], row[k * count + i]);
    for (int k = 0; k < 4; k++) out[r + k] = Scaled<Kind>(results[k], factor);
  }
  for (; r < rows; r++) out[r] = Scaled<Kind>(ShortRow<Kind>(in + r * count, count), factor);
}

// `vectors` neighbouring columns' results over `rows` rows; `apart` rows at a time have accumulators of their own, for narrow ones
// would wait for their own additions. Many rows are halved, and the halves paired.
template <class Kind, int vectors>
void Columns(const typename Kind::Word* in, int64_t rows, int64_t stride, Lanes<typename Kind::Word>* results) {
  using Word = typename Kind::Word;
  constexpr int apart = 8 / vectors;
  if (rows > 64 * apart) {
    Lanes<Word> others[vectors];
    const int64_t half = rows / 2;
    Columns<Kind, vectors>(in, half, stride, results);
    Columns<Kind, vectors>(in + half * stride, rows - half, stride, others);
    for (int k = 0; k < vectors; k++) results[k] = Kind::of(results[k], others[k]);
    return;
  }
  Lanes<Word> sums[8];
  for (int k = 0; k < 8; k++) sums[k] = Fill<Word>(Kind::nothing);
  int64_t r = 0;
  for (; r + apart <= rows; r += apart)
    for (int k = 0; k < 8; k++)
      sums[k] = Kind::of(sums[k], Load(in + (r + k / vectors) * stride + k % vectors * width));
  for (; r < rows; r++)
    for (int k = 0; k < vectors; k++) sums[k] = Kind::of(sums[k], Load(in + r * stride + k * width));
  for (int step = 4; step >= vectors; step /= 2)
    for (int k = 0; k < step; k++) sums[k] = Kind::of(sums[k], sums[k + step]);
  for (int k = 0; k < vectors; k++) results[k] = sums[k];
}

template <class Kind, int vectors>
inline void StoreColumns(const typename Kind::Word* in, int64_t rows, int64_t stride, typename Kind::Word* out, float factor) {
  Lanes<typename Kind::Word> results[vectors];
  Columns<Kind, vectors>(in, rows, stride, results);
  for (int k = 0; k < vectors; k++) Store(out + k * width, Scaled<Kind>(results[k], factor));
}

// Too few words for vectors to pay.
template <class Kind>
inline void FewRows(const typename Kind::Word* in, int64_t rows, int64_t stride, int64_t columns, typename Kind::Word* out, float factor) {
  for (int64_t c = 0; c < columns; c++) {
    typename Kind::Word result = Kind::nothing;
    for (int64_t r = 0; r < rows; r++) result = Kind::of(result, in[r * stride + c]);
    out[c] = Scaled<Kind>(result, factor);
  }
}

// Fewer columns than a vector has lanes: vectors are read beyond them as far as there is memory (`room` words from `in`), and the lanes
// beyond are dropped.
template <class Kind>
inline void NarrowColumns(const typename Kind::Word* in, int64_t rows, int64_t stride, int64_t columns, int64_t room,
                          typename Kind::Word* out, float factor) {
  using Word = typename Kind::Word;
  if (rows < 8) return FewRows<Kind>(in, rows, stride, columns, out, factor);
  const int64_t whole = room < width ? 0 : std::min(rows, (room - width) / stride + 1);
  Lanes<Word> lanes;
  Columns<Kind, 1>(in, whole, stride, &lanes);
  Word results[width];
  Store(results, lanes);
  for (int64_t r = whole; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) results[c] = Kind::of(results[c], in[r * stride + c]);
  for (int64_t c = 0; c < columns; c++) out[c] = Scaled<Kind>(results[c], factor);
}

// Any number of neighbouring columns.
template <class Kind>
void AllColumns(const typename Kind::Word* in, int64_t rows, int64_t stride, int64_t columns, int64_t room,
                typename Kind::Word* out, float factor) {
  if (columns < width) return NarrowColumns<Kind>(in, rows, stride, columns, room, out, factor);
  int64_t c = 0;
  for (; c + 8 * width <= columns; c += 8 * width) StoreColumns<Kind, 8>(in + c, rows, stride, out + c, factor);
  if (c + 4 * width <= columns) StoreColumns<Kind, 4>(in + c, rows, stride, out + c, factor), c += 4 * width;
  if (c + 2 * width <= columns) StoreColumns<Kind, 2>(in + c, rows, stride, out + c, factor), c += 2 * width;
  if (c + width <= columns) StoreColumns<Kind, 1>(in + c, rows, stride, out + c, factor), c += width;
  // the last columns once more with some that are done: the same words in the same order
  if (c < columns) StoreColumns<Kind, 1>(in + columns - width, rows, stride, out + columns - width, factor);
}

struct Shape {
  int64_t outer, middle, inner;
  int64_t words() const { return outer * middle * inner; }
};

// How the work is shared: every [middle, inner] is cut into `splits` of its rows (whose results are reduced again) and `parts` of its
// columns, and the pieces are spread over `chunks`.
struct Plan {
  int64_t splits = 1, parts = 1;
  int chunks = 1;
};

constexpr int64_t leastWords = 32768;

inline Plan PlanFor(const Shape& shape) {
  Plan plan;
  const int chunks = ChunksOf(shape.words(), leastWords);
  if (chunks < 4) return plan;
  const int64_t pieces = shape.outer >= 16 ? 1 : (chunks + shape.outer - 1) / shape.outer;
  if (shape.middle >= 16 * pieces) plan.splits = pieces;
  else plan.parts = std::clamp<int64_t>(shape.inner / (8 * width), 1, pieces);
  plan.chunks = static_cast<int>(std::min<int64_t>(chunks, shape.outer * plan.splits * plan.parts));
  return plan;
}

template <class Kind>
inline void Rows(const Shape& shape, const typename Kind::Word* in, typename Kind::Word* out, float factor, int64_t from, int64_t to) {
  if (shape.middle < width) return TinyRows<Kind>(in + from * shape.middle, to - from, shape.middle, out + from, factor);
  for (int64_t o = from; o < to; o++) out[o] = Scaled<Kind>(Row<Kind>(in + o * shape.middle, shape.middle), factor);
}

// The piece of that number: some rows and some columns of one [middle, inner].
template <class Kind>
inline void Piece(const Shape& shape, const Plan& plan, const typename Kind::Word* in, typename Kind::Word* out, float factor, int64_t piece) {
  const int64_t part = piece % plan.parts, place = piece / plan.parts, split = place % plan.splits, o = place / plan.splits;
  const int64_t from = shape.middle * split / plan.splits, to = shape.middle * (split + 1) / plan.splits;
  const int64_t left = shape.inner * part / plan.parts, right = shape.inner * (part + 1) / plan.parts;
  const int64_t start = (o * shape.middle + from) * shape.inner + left;
  auto* target = out + place * shape.inner + left;
  if (shape.inner == 1) *target = Scaled<Kind>(Row<Kind>(in + start, to - from), factor);
  else AllColumns<Kind>(in + start, to - from, shape.inner, right - left, shape.words() - start, target, factor);
}

template <class Kind>
inline void Chunk(const Shape& shape, const Plan& plan, const typename Kind::Word* in, typename Kind::Word* out, float factor, int chunk) {
  const int64_t pieces = shape.outer * plan.splits * plan.parts;
  const int64_t from = pieces * chunk / plan.chunks, to = pieces * (chunk + 1) / plan.chunks;
  if (shape.inner == 1 && plan.splits == 1) return Rows<Kind>(shape, in, out, factor, from, to);
  for (int64_t piece = from; piece < to; piece++) Piece<Kind>(shape, plan, in, out, factor, piece);
}

template <class Kind>
Instruction InstructionOf(Shape shape, float factor, Place source, Place target) {
  using Word = typename Kind::Word;
  const Plan plan = PlanFor(shape);
  if (plan.splits == 1)
    return [=](const Memory& memory, Pool& pool) {
      const auto* in = reinterpret_cast<const Word*>(source.in(memory));
      auto* out = reinterpret_cast<Word*>(target.in(memory));
      pool.each(plan.chunks, [&](int chunk) { Chunk<Kind>(shape, plan, in, out, factor, chunk); });
    };
  const Shape partial{shape.outer, plan.splits, shape.inner};
  const auto scratch = std::make_shared<std::vector<Word>>(partial.words());
  return [=](const Memory& memory, Pool& pool) {
    const auto* in = reinterpret_cast<const Word*>(source.in(memory));
    pool.each(plan.chunks, [&](int chunk) { Chunk<Kind>(shape, plan, in, scratch->data(), 1, chunk); });
    Chunk<Kind>(partial, Plan{}, scratch->data(), reinterpret_cast<Word*>(target.in(memory)), factor, 0);
  };
}

}  // namespace reduction

// Words: kind, factor, outer, middle, inner, in, out: dense [outer, middle, inner] to [outer, inner], floats times the factor.
inline Instruction DecodeReduce(Decoder& words) {
  using namespace reduction;
  const int kind = words.integer();
  const float factor = words.number();
  const auto dims = words.integers(3);
  const Shape shape{dims[0], dims[1], dims[2]};
  const Place in = words.place(), out = words.place();
  switch (kind) {
    case 0: return InstructionOf<Sum>(shape, factor, in, out);
    case 1: return InstructionOf<Max>(shape, factor, in, out);
    case 2: return InstructionOf<Min>(shape, factor, in, out);
    case 3: return InstructionOf<Product>(shape, factor, in, out);
    case 4: return InstructionOf<All>(shape, factor, in, out);
    case 5: return InstructionOf<Any>(shape, factor, in, out);
    case 6: return InstructionOf<IntegerSum>(shape, factor, in, out);
    case 7: return InstructionOf<IntegerMax>(shape, factor, in, out);
    case 8: return InstructionOf<IntegerMin>(shape, factor, in, out);
  }
  throw std::runtime_error("no reduction has the number " + std::to_string(kind));
}

}  // namespace latently
