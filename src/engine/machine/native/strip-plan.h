// Which values of an elementwise instruction its strips hold in registers, and which they put down because more than the next line
// reads them. Next: `strip.h`; `elementwise.h`, which runs them.
#pragma once
#include "elementwise-plan.h"

namespace latently {

// A block of fewer strips is done before it is worked out where they lie.
constexpr int64_t fewStrips = 8;

class StripPlanner {
 public:
  explicit StripPlanner(const ElementwisePlan& plan) : plan_(plan), steps_(plan.steps) {}

  std::vector<LinkPlan> links() const {
    std::vector<LinkPlan> links;
    bool anyHeld = false;
    for (size_t i = 0; i < steps_.size(); i++) {
      const Step& step = steps_[i];
      const auto& [a, b, c] = step.operands;
      const int held = Held(i);
      anyHeld = anyHeld || held != 0;
      const Ways* ways = step.operation->ways;
      links.push_back({ways ? ways->by[held] : Steps::line, step.operation->run, {a, b, c}, step.destination});
      if (ways && !PassedOnOnly(i)) links.push_back({Steps::putDown, nullptr, {a, b, c}, step.destination});
    }
    if (!anyHeld || plan_.block < fewStrips * stripLength) return {};
    links.push_back({Steps::end, nullptr, {0, 0, 0}, 0});
    return links;
  }

 private:
  // The operands of a step that the one before it holds, where there is a way to take them so.
  int Held(size_t i) const {
    const Ways* ways = steps_[i].operation->ways;
    if (i == 0 || ways == nullptr || steps_[i - 1].operation->ways == nullptr) return 0;
    int held = 0;
    for (int operand = 0; operand < steps_[i].operation->operands; operand++)
      if (steps_[i].operands[operand] == steps_[i - 1].destination) held |= 1 << operand;
    return ways->by[held] ? held : 0;
  }

  bool Reads(size_t i, int slot) const {
    for (const int operand : steps_[i].operands)
      if (operand == slot) return true;
    return false;
  }

  // Whether nothing but the next step, which holds it, reads what step `i` makes.
  bool PassedOnOnly(size_t i) const {
    const int slot = steps_[i].destination;
    for (size_t later = i + 1; later < steps_.size(); later++) {
      if (Reads(later, slot) && (later > i + 1 || Held(later) == 0)) return false;
      if (steps_[later].destination == slot) return true;
    }
    for (const auto& target : plan_.targets)
      if (target.slot == slot) return false;
    return true;
  }

  const ElementwisePlan& plan_;
  const std::vector<Step>& steps_;
};

}  // namespace latently
