/** placeholder */
import type { Design, ModuleDef } from '../circuit/index.js';
import type { UnusedPlan } from './unused.js';

export function planUnused(def: ModuleDef, design: Design, checked: boolean): UnusedPlan {
  void design;
  void checked;
  return { ports: [], parameters: [], signals: new Set(), names: def.signals.map((s) => s.name) };
}
