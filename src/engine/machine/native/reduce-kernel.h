// Rows and columns of words reduced to one word each, in one order for every shape. Several vectors are accumulated side by side,
// and long sums are halved and their halves paired, so that a sum of a million float32 stays right to the last digits.
// Next: `reduce.h` shares them among threads.
#pragma once
#include <algorithm>

#include "reduction.h"

namespace latently {
namespace reduction {

constexpr int64_t rowBlock = 16 * 8 * laneCount;

// A row as one vector: at least `laneCount` words, and fewer than `rowBlock` and `laneCount` together.
template <class Kind>
inline typename Kind::Vector BlockOfRow(const typename Kind::Word* row, int64_t count) {
  typename Kind::Vector sums[8];
  sums[0] = VectorAt<Kind>(row);
  int64_t i = laneCount;
  if (count >= 8 * laneCount) {
    for (int k = 1; k < 8; k++) sums[k] = VectorAt<Kind>(row + k * laneCount);
    for (i = 8 * laneCount; i + 8 * laneCount <= count; i += 8 * laneCount)
      for (int k = 0; k < 8; k++) sums[k] = Kind::of(sums[k], VectorAt<Kind>(row + i + k * laneCount));
    for (int step = 4; step > 0; step /= 2)
      for (int k = 0; k < step; k++) sums[k] = Kind::of(sums[k], sums[k + step]);
  }
  for (; i + laneCount <= count; i += laneCount) sums[0] = Kind::of(sums[0], VectorAt<Kind>(row + i));
  return i == count ? sums[0] : Kind::of(sums[0], Last<Kind>(row + count, count - i));
}

// The same of any number of words from `laneCount` on: halves of whole blocks, paired. Fewer words than a vector's join the last block.
template <class Kind>
typename Kind::Vector VectorOfRow(const typename Kind::Word* row, int64_t count) {
  if (count < rowBlock + laneCount) return BlockOfRow<Kind>(row, count);
  const int64_t blocks = (count + rowBlock - laneCount) / rowBlock, half = blocks / 2 * rowBlock;
  return Kind::of(VectorOfRow<Kind>(row, half), VectorOfRow<Kind>(row + half, count - half));
}

template <class Kind>
inline typename Kind::Word Row(const typename Kind::Word* row, int64_t count) {
  if (count >= rowBlock + laneCount) return Across<Kind>(VectorOfRow<Kind>(row, count));
  if (count >= laneCount) return Across<Kind>(BlockOfRow<Kind>(row, count));
  typename Kind::Word result = Kind::nothing;
  for (int64_t i = 0; i < count; i++) result = Kind::of(result, row[i]);
  return result;
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
  for (; r < rows; r++) out[r] = Scaled<Kind>(Row<Kind>(in + r * count, count), factor);
}

// `vectors` neighbouring columns' results over `rows` rows; `apart` rows at a time have accumulators of their own, for narrow ones
// would wait for their own additions. Many rows are halved, and the halves paired.
template <class Kind, int vectors>
void Columns(const typename Kind::Word* in, int64_t rows, int64_t stride, typename Kind::Vector* results) {
  constexpr int apart = 8 / vectors;
  if (rows > 32 * apart) {
    typename Kind::Vector others[vectors];
    const int64_t half = rows / 2;
    Columns<Kind, vectors>(in, half, stride, results);
    Columns<Kind, vectors>(in + half * stride, rows - half, stride, others);
    for (int k = 0; k < vectors; k++) results[k] = Kind::of(results[k], others[k]);
    return;
  }
  typename Kind::Vector sums[8];
  for (int k = 0; k < 8; k++) sums[k] = Nothing<Kind>();
  int64_t r = 0;
  for (; r + apart <= rows; r += apart)
    for (int k = 0; k < 8; k++)
      sums[k] = Kind::of(sums[k], VectorAt<Kind>(in + (r + k / vectors) * stride + k % vectors * laneCount));
  for (; r < rows; r++)
    for (int k = 0; k < vectors; k++) sums[k] = Kind::of(sums[k], VectorAt<Kind>(in + r * stride + k * laneCount));
  for (int step = 4; step >= vectors; step /= 2)
    for (int k = 0; k < step; k++) sums[k] = Kind::of(sums[k], sums[k + step]);
  for (int k = 0; k < vectors; k++) results[k] = sums[k];
}

template <class Kind, int vectors>
inline void StoreColumns(const typename Kind::Word* in, int64_t rows, int64_t stride, typename Kind::Word* out, float factor) {
  typename Kind::Vector results[vectors];
  Columns<Kind, vectors>(in, rows, stride, results);
  for (int k = 0; k < vectors; k++) StoreAt<Kind>(out + k * laneCount, Scaled<Kind>(results[k], factor));
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
  const int64_t whole = room < laneCount ? 0 : std::min(rows, (room - laneCount) / stride + 1);
  typename Kind::Vector vector;
  Columns<Kind, 1>(in, whole, stride, &vector);
  Word results[laneCount];
  StoreAt<Kind>(results, vector);
  for (int64_t r = whole; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) results[c] = Kind::of(results[c], in[r * stride + c]);
  for (int64_t c = 0; c < columns; c++) out[c] = Scaled<Kind>(results[c], factor);
}

// Any number of neighbouring columns.
template <class Kind>
void AllColumns(const typename Kind::Word* in, int64_t rows, int64_t stride, int64_t columns, int64_t room,
                typename Kind::Word* out, float factor) {
  if (columns < laneCount) return NarrowColumns<Kind>(in, rows, stride, columns, room, out, factor);
  int64_t c = 0;
  for (; c + 8 * laneCount <= columns; c += 8 * laneCount) StoreColumns<Kind, 8>(in + c, rows, stride, out + c, factor);
  if (c + 4 * laneCount <= columns) StoreColumns<Kind, 4>(in + c, rows, stride, out + c, factor), c += 4 * laneCount;
  if (c + 2 * laneCount <= columns) StoreColumns<Kind, 2>(in + c, rows, stride, out + c, factor), c += 2 * laneCount;
  if (c + laneCount <= columns) StoreColumns<Kind, 1>(in + c, rows, stride, out + c, factor), c += laneCount;
  // the last columns once more with some that are done: the same words in the same order
  if (c < columns) StoreColumns<Kind, 1>(in + columns - laneCount, rows, stride, out + columns - laneCount, factor);
}

}  // namespace reduction
}  // namespace latently
