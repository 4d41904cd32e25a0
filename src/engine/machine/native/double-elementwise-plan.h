// What an elementwise instruction in double precision does, worked out once from its words: registers become slots, each either a block
// of doubles or one vector that stands for a value all elements share.
// Left out: running it (`double-elementwise.h`). Next: `double-operations.h`.
#pragma once
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
    if (inputs > registers) Fail("an elementwise instruction has fewer registers than inputs");
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
      Fail("an elementwise line names a register that is not there");
    return number;
  }

  Slot ValueOf(int number) const {
    const Slot slot = value_[Register(number)];
    if (slot.home < 0) Fail("an elementwise line reads a register before anything is in it");
    return slot;
  }

  Tensor ReadTensor(int rank) {
    const Place place = words_.place();
    const int type = words_.integer();
    if (type < 0 || type > 2) Fail("an elementwise instruction names a type that is not there");
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
      Fail("an elementwise line names an operation that is not there");
    const Operation& operation = Operations()[code];
    if (operation.run != nullptr) return AddStep(operation, destination, operands);
    value_[destination] = {NewHome(lanes), 0};
    plan_.numbers.push_back({value_[destination].home, Load<double>(reinterpret_cast<const double*>(operands))});
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

}  // namespace doubles
}  // namespace latently
