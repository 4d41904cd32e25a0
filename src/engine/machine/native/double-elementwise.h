// Interprets a list of lines on blocks of doubles: a block's inputs are widened into registers, every line runs over them,
// outputs are rounded to what they are stored as. For formulas that cancel in float32; no double need be written to memory.
// What all elements share is one vector, computed once a chunk. An output may lie where an input does, element upon element.
// Left out: planning (`double-elementwise-plan.h`); reading inputs where they lie, as `elementwise.h` does. Next: `program.h`.
#pragma once
#include <memory>
#include <type_traits>

#include "double-elementwise-plan.h"

namespace latently {
namespace doubles {

template <class Element>
inline double Widened(const char* from) {
  Element element;
  std::memcpy(&element, from, sizeof element);
  return static_cast<double>(element);
}

// What is out of the range of integers becomes the least of them.
template <class Element>
inline Element Narrowed(double value) {
  if constexpr (std::is_same_v<Element, int32_t>)
    return value > -2147483649.0 && value < 2147483648.0 ? static_cast<int32_t>(value) : std::numeric_limits<int32_t>::min();
  else
    return static_cast<Element>(value);
}

template <class Element>
inline void ReadElements(const View& view, const char* from, int64_t start, int64_t count, double* to) {
  constexpr int64_t size = sizeof(Element);
  const int64_t stride = view.run.stride;
  EachRun(view, start, count, [&](int64_t offset, int64_t done, int64_t elements) {
    const char* source = from + offset * size;
    double* target = to + done;
    if (stride == 1)
      for (int64_t i = 0; i < elements; i++) target[i] = Widened<Element>(source + i * size);
    else
      for (int64_t i = 0; i < elements; i++) target[i] = Widened<Element>(source + i * stride * size);
  });
}

template <class Element>
inline void WriteElements(const View& view, char* to, int64_t start, int64_t count, Operand value) {
  constexpr int64_t size = sizeof(Element);
  const int64_t stride = view.run.stride;
  EachRun(view, start, count, [&](int64_t offset, int64_t done, int64_t elements) {
    char* target = to + offset * size;
    const double* source = value.at + done * value.step;
    const auto put = [&](int64_t at, double number) {
      const Element element = Narrowed<Element>(number);
      std::memcpy(target + at * size, &element, size);
    };
    if (stride == 1 && value.step == 1)
      for (int64_t i = 0; i < elements; i++) put(i, source[i]);
    else
      for (int64_t i = 0; i < elements; i++) put(i * stride, source[i * value.step]);
  });
}

inline void Read(const Tensor& tensor, const Memory& memory, int64_t start, int64_t count, double* to) {
  const char* from = reinterpret_cast<const char*>(tensor.view.place.in(memory));
  if (tensor.type == ElementType::float32) return ReadElements<float>(tensor.view, from, start, count, to);
  if (tensor.type == ElementType::float64) return ReadElements<double>(tensor.view, from, start, count, to);
  ReadElements<int32_t>(tensor.view, from, start, count, to);
}

inline void Write(const Tensor& tensor, const Memory& memory, int64_t start, int64_t count, Operand value) {
  char* to = reinterpret_cast<char*>(tensor.view.place.in(memory));
  if (tensor.type == ElementType::float32) return WriteElements<float>(tensor.view, to, start, count, value);
  if (tensor.type == ElementType::float64) return WriteElements<double>(tensor.view, to, start, count, value);
  WriteElements<int32_t>(tensor.view, to, start, count, value);
}

// A thread's own working memory, kept between instructions.
inline double* ScratchOfThread(int64_t size) {
  constexpr size_t line = 64;
  thread_local std::vector<char> bytes;
  const size_t needed = size * sizeof(double) + line;
  if (bytes.size() < needed) bytes.assign(needed * 2, 0);
  return reinterpret_cast<double*>((reinterpret_cast<uintptr_t>(bytes.data()) + line - 1) / line * line);
}

class Chunk {
 public:
  Chunk(const Plan& plan, const Memory& memory) : plan_(plan), memory_(memory), scratch_(ScratchOfThread(plan.scratchSize)) {
    for (const auto& number : plan_.numbers) Share(number.home, number.value);
    for (const auto& source : plan_.shared) {
      double value;
      doubles::Read(source.tensor, memory_, 0, 1, &value);
      Share(source.slot.home, value);
    }
    for (const auto& step : plan_.preamble) RunStep(step, lanes);
  }

  void run(int64_t start, int64_t end) const {
    for (int64_t at = start; at < end; at += plan_.block) RunBlock(at, std::min(plan_.block, end - at));
  }

 private:
  void Share(int64_t home, double value) const { Store(scratch_ + home, Splat(value)); }
  Operand OperandAt(Slot slot) const { return {scratch_ + slot.home, slot.step}; }

  void RunStep(const Step& step, int64_t count) const {
    const auto& [a, b, c] = step.operands;
    step.run({scratch_ + step.destination, {OperandAt(a), OperandAt(b), OperandAt(c)}, count});
  }

  void RunBlock(int64_t start, int64_t count) const {
    for (const auto& source : plan_.sources) doubles::Read(source.tensor, memory_, start, count, scratch_ + source.slot.home);
    for (const auto& step : plan_.steps) RunStep(step, count);
    for (const auto& target : plan_.targets) doubles::Write(target.tensor, memory_, start, count, OperandAt(target.slot));
  }

  const Plan& plan_;
  const Memory& memory_;
  double* scratch_;
};

inline void RunPlan(const Plan& plan, const Memory& memory, Pool& pool) {
  const int64_t blocks = (plan.count + plan.block - 1) / plan.block;
  const auto from = [&](int chunk) { return blocks * chunk / plan.chunks * plan.block; };
  pool.each(plan.chunks, [&](int chunk) { Chunk(plan, memory).run(from(chunk), std::min(plan.count, from(chunk + 1))); });
}

}  // namespace doubles

// Words: as `elementwise`, with a type after each place: 0 float32, 1 float64 (strides in elements), 2 int32 or truth values.
inline Instruction DecodeDoubleElementwise(Decoder& words) {
  const auto plan = std::make_shared<const doubles::Plan>(doubles::Planner(words).plan());
  if (plan->count == 0) return [](const Memory&, Pool&) {};
  return [plan](const Memory& memory, Pool& pool) { doubles::RunPlan(*plan, memory, pool); };
}

}  // namespace latently
