// How a tensor of any strides is walked in row-major order: blocks of it are used where they lie, or copied run by run.
// Left out: what is done with a block. Next: `elementwise.h`.
#pragma once
#include <algorithm>

#include "machine.h"
#include "vector.h"

namespace latently {

struct Axis {
  int64_t size, stride;
};

// A strided tensor with its axes merged where one continues the other. The last axis is its run.
struct View {
  Place place;
  std::vector<Axis> outer;
  Axis run;

  bool uniform() const { return outer.empty() && run.stride == 0; }

  // After how many elements it repeats itself; 0 where it does not.
  int64_t period() const {
    if (outer.empty() || outer[0].stride != 0) return 0;
    int64_t elements = run.size;
    for (size_t i = 1; i < outer.size(); i++) elements *= outer[i].size;
    return elements;
  }

  // Words from the place to one past the furthest element.
  int64_t extent() const {
    int64_t last = (run.size - 1) * run.stride;
    for (const auto& axis : outer) last += (axis.size - 1) * axis.stride;
    return last + 1;
  }

  bool overlaps(const View& other) const {
    return place.buffer == other.place.buffer && place.offset < other.place.offset + other.extent() &&
           other.place.offset < place.offset + extent();
  }
};

inline View DecodeView(Place place, const std::vector<int64_t>& dims, const std::vector<int64_t>& strides) {
  std::vector<Axis> axes;
  for (size_t i = 0; i < dims.size(); i++) {
    if (dims[i] == 1) continue;
    if (!axes.empty() && axes.back().stride == strides[i] * dims[i])
      axes.back() = {axes.back().size * dims[i], strides[i]};
    else
      axes.push_back({dims[i], strides[i]});
  }
  if (axes.empty()) axes.push_back({1, 0});
  const Axis run = axes.back();
  axes.pop_back();
  return {place, std::move(axes), run};
}

// Where row `row` of runs starts, in words from the place.
inline int64_t OffsetOfRow(const View& view, int64_t row) {
  int64_t offset = 0;
  for (size_t i = view.outer.size(); i-- > 1;) {
    const int64_t above = row / view.outer[i].size;
    offset += (row - above * view.outer[i].size) * view.outer[i].stride;
    row = above;
  }
  return view.outer.empty() ? 0 : offset + row * view.outer[0].stride;
}

// Where element `index` is: its row, the row's offset, and how far it is inside.
struct Position {
  int64_t row, offset, within;
};

inline Position PositionOf(const View& view, int64_t index) {
  if (view.outer.empty()) return {0, 0, index};
  const int64_t row = index / view.run.size;
  return {row, OffsetOfRow(view, row), index - row * view.run.size};
}

// Calls `body(words from the place, elements done, elements)` for every piece of a run in the block from `start`.
template <class Body>
inline void EachRun(const View& view, int64_t start, int64_t count, const Body& body) {
  Position at = PositionOf(view, start);
  for (int64_t done = 0;;) {
    const int64_t elements = std::min(count - done, view.run.size - at.within);
    body(at.offset + at.within * view.run.stride, done, elements);
    done += elements;
    if (done >= count) return;
    at = {at.row + 1, OffsetOfRow(view, at.row + 1), 0};
  }
}

// Runs of so few elements are not worth a call each.
constexpr int64_t shortRun = 8;

template <int64_t size>
inline void CopyRows(const float* from, Axis rows, int64_t stride, float* to) {
  for (int64_t row = 0; row < rows.size; row++, from += rows.stride, to += size)
    for (int64_t i = 0; i < size; i++) to[i] = from[i * stride];
}

inline void CopyRows(const float* from, Axis rows, Axis run, float* to) {
  switch (run.size) {
    case 2: return CopyRows<2>(from, rows, run.stride, to);
    case 3: return CopyRows<3>(from, rows, run.stride, to);
    case 4: return CopyRows<4>(from, rows, run.stride, to);
    default:
      for (int64_t row = 0; row < rows.size; row++)
        for (int64_t i = 0; i < run.size; i++) to[row * run.size + i] = from[row * rows.stride + i * run.stride];
  }
}

// The same for rows that are all alike: what has been written is copied, twice as much each time.
inline void RepeatRow(const float* from, int64_t rows, Axis run, float* to) {
  const int64_t count = rows * run.size;
  for (int64_t i = 0; i < run.size; i++) to[i] = from[i * run.stride];
  for (int64_t done = run.size; done < count; done *= 2) std::memcpy(to + done, to, std::min(done, count - done) * sizeof(float));
}

// Short runs, of which all those along the last outer axis are copied together.
inline void CopyShortRuns(const View& view, const float* from, int64_t start, int64_t count, float* to) {
  const Axis run = view.run, last = view.outer.back();
  for (int64_t done = 0; done < count;) {
    const Position at = PositionOf(view, start + done);
    const float* source = from + at.offset;
    const int64_t rows = std::min((count - done) / run.size, last.size - at.row % last.size);
    if (at.within > 0 || rows == 0) {
      const int64_t end = std::min(run.size, at.within + count - done);
      for (int64_t i = at.within; i < end; i++) to[done++] = source[i * run.stride];
      continue;
    }
    if (last.stride == 0)
      RepeatRow(source, rows, run, to + done);
    else
      CopyRows(source, {rows, last.stride}, run, to + done);
    done += rows * run.size;
  }
}

inline void CopyIn(const View& view, const float* from, int64_t start, int64_t count, float* to) {
  if (view.run.size <= shortRun && !view.outer.empty()) return CopyShortRuns(view, from, start, count, to);
  const int64_t stride = view.run.stride;
  EachRun(view, start, count, [&](int64_t offset, int64_t done, int64_t elements) {
    const float* source = from + offset;
    float* target = to + done;
    if (stride == 1)
      std::memcpy(target, source, elements * sizeof(float));
    else if (stride == 0)
      std::fill_n(target, elements, *source);
    else
      for (int64_t i = 0; i < elements; i++) target[i] = source[i * stride];
  });
}

inline void CopyOut(const View& view, float* to, int64_t start, int64_t count, Operand value) {
  const int64_t stride = view.run.stride, step = value.step ? 1 : 0;
  EachRun(view, start, count, [&](int64_t offset, int64_t done, int64_t elements) {
    float* target = to + offset;
    const float* source = value.at + done * step;
    if (stride == 1 && step == 1)
      std::memmove(target, source, elements * sizeof(float));
    else
      for (int64_t i = 0; i < elements; i++) target[i * stride] = source[i * step];
  });
}

// A block of the view for lines to read: where it lies if it may be read there in whole vectors, copied to `scratch` otherwise.
inline Operand Read(const View& view, const float* from, int64_t start, int64_t count, bool inPlace, float* scratch) {
  const Position position = PositionOf(view, start);
  const int64_t ahead = view.run.size - position.within;
  if (count <= ahead && view.run.stride == 0) {
    Store(scratch, Splat(from[position.offset]));
    return {scratch, 0};
  }
  const int64_t whole = (count + laneCount - 1) / laneCount * laneCount;
  if (inPlace && whole <= ahead && view.run.stride == 1) return {from + position.offset + position.within, laneCount};
  CopyIn(view, from, start, count, scratch);
  return {scratch, laneCount};
}

}  // namespace latently
