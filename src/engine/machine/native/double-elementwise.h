// Interprets a list of lines on blocks of doubles: a block's inputs are widened into registers, every line runs over them, outputs are
// rounded to what they are stored as. For formulas that cancel in float32; the intermediate doubles never leave the nearest cache.
// What all elements share is one vector, computed once a chunk. An output may lie where an input does, element upon element.
// Left out: reading inputs where they lie (`elementwise.h` does). Next: `double-operations.h`.
#pragma once
#include <memory>

#include "double-operations.h"
#include "machine.h"
#include "view.h"

namespace latently {
namespace doubles {

enum class ElementType { float32, float64, int32 };

// A tensor of float32, float64 (two words an element; strides are in elements) or int32.
struct Tensor {
  View view;
  ElementType type;
};

struct Slot {
  int64_t home;  // doubles into the scratch
  int64_t step;  // from element to element: 0 where one vector stands for all
};

struct Bound {
  Tensor tensor;
  Slot slot;
};

struct Step {
  Line run;
  int64_t destination;
  Slot operands[3];
};

struct Number {
  int64_t home;
  double value;
};

struct Plan {
  int64_t count = 1, block = 0, scratchSize = 0;
  int chunks = 1;
  std::vector<Number> numbers;
  std::vector<Bound> shared, sources, targets;
  std::vector<Step> preamble, steps;  // what is the same for all elements; what is done for each block
};

class Planner {
 public:
  explicit Planner(Decoder& words) : words_(words) {
    const int rank = words.integer();
    dims_ = words.integers(rank);
    for (const auto size : dims_) plan_.count *= size;
    plan_.block = std::min<int64_t>(256, (plan_.count + lanes - 1) / lanes * lanes);
    const int inputs = words.integer(), outputs = words.integer(), registers = words.integer(), lines = words.integer();
    if (inputs > registers) throw std::runtime_error("an elementwise instruction has fewer registers than inputs");
    for (int i = 0; i < registers; i++) homes_.push_back(NewHome(plan_.block));
    value_.assign(registers, {-1, 0});
    for (int i = 0; i < inputs; i++) ReadInput(i, rank);
    ReadOutputs(outputs, rank);
    for (int i = 0; i < lines; i++) ReadLine();
    for (int i = 0; i < outputs; i++) plan_.targets[i].slot = ValueOf(results_[i]);
    Divide();
  }

  Plan plan() { return std::move(plan_); }

 private:
  int64_t NewHome(int64_t size) {
    plan_.scratchSize += size;
    return plan_.scratchSize - size;
  }

  int Register(int number) const {
    if (number < 0 || number >= static_cast<int>(homes_.size()))
      throw std::runtime_error("an elementwise line names a register that is not there");
    return number;
  }

  Slot ValueOf(int number) const {
    const Slot slot = value_[Register(number)];
    if (slot.home < 0) throw std::runtime_error("an elementwise line reads a register before anything is in it");
    return slot;
  }

  Tensor ReadTensor(int rank) {
    const Place place = words_.place();
    const int type = words_.integer();
    if (type < 0 || type > 2) throw std::runtime_error("an elementwise instruction names a type that is not there");
    return {DecodeView(place, dims_, words_.integers(rank)), static_cast<ElementType>(type)};
  }

  void ReadInput(int number, int rank) {
    const Tensor tensor = ReadTensor(rank);
    const bool shared = tensor.view.uniform();
    value_[number] = shared ? Slot{NewHome(lanes), 0} : Slot{homes_[number], 1};
    (shared ? plan_.shared : plan_.sources).push_back({tensor, value_[number]});
  }

  void ReadOutputs(int outputs, int rank) {
    for (int i = 0; i < outputs; i++) {
      results_.push_back(Register(words_.integer()));
      plan_.targets.push_back({ReadTensor(rank), {}});
    }
  }

  void ReadLine() {
    const int code = words_.integer(), destination = Register(words_.integer());
    int32_t operands[3];
    for (auto& operand : operands) operand = words_.integer();
    if (code < 0 || code >= static_cast<int>(Operations().size()))
      throw std::runtime_error("an elementwise line names an operation that is not there");
    const Operation& operation = Operations()[code];
    if (operation.run != nullptr) return AddStep(operation, destination, operands);
    value_[destination] = {NewHome(lanes), 0};
    plan_.numbers.push_back({value_[destination].home, LoadFrom<double>(reinterpret_cast<const double*>(operands))});
  }

  // What an operation does not take is bound to its first operand, so that every operand is somewhere.
  void AddStep(const Operation& operation, int destination, const int32_t* operands) {
    Step step{operation.run, homes_[destination], {}};
    bool shared = true;
    for (int i = 0; i < 3; i++) {
      step.operands[i] = ValueOf(operands[i < operation.operands ? i : 0]);
      shared = shared && step.operands[i].step == 0;
    }
    if (shared) step.destination = NewHome(lanes);
    value_[destination] = {step.destination, shared ? 0 : 1};
    (shared ? plan_.preamble : plan_.steps).push_back(step);
    if (!shared) cost_ += operation.cost;
  }

  // Chunks of about five microseconds, whole blocks each; what takes less than ten is one chunk.
  void Divide() {
    const double nanoseconds = cost_ + 0.15 * (plan_.sources.size() + plan_.targets.size()) + 0.01;
    plan_.chunks = ChunksOf(plan_.count, std::max(plan_.block, static_cast<int64_t>(5000 / nanoseconds)));
  }

  Decoder& words_;
  Plan plan_;
  std::vector<int64_t> dims_, homes_;
  std::vector<Slot> value_;  // where each register's present value is
  std::vector<int> results_;
  double cost_ = 0;
};

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
  void Share(int64_t home, double value) const { StoreTo(scratch_ + home, Splat(value)); }
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
