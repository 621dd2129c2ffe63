/**
 * The body of a module while it grows: nested generate blocks, and in each the statement group being written.
 *
 * Consecutive clocked or combinational statements of one block become one `process` item, so that the text has the
 * groups that the author wrote together.
 */
import type { Item, SignalId, SourcePlace, Stmt } from '../circuit/index.js';

export interface Block {
  readonly items: Item[];
  /** Index name of the loop that this block is the body of. */
  readonly index?: string;
}

export class ScopeStack {
  private readonly blocks: Block[] = [{ items: [] }];
  /** Statement lists of the whens around the current place, innermost last. */
  private readonly lists: Stmt[][] = [];
  private readonly blockOf = new Map<SignalId, Block>();

  get current(): Block {
    return this.blocks[this.blocks.length - 1]!;
  }
  get root(): Block {
    return this.blocks[0]!;
  }
  get insideProcess(): boolean {
    return this.lists.length > 0;
  }

  add(item: Item): void {
    this.current.items.push(item);
  }
  declare(signal: SignalId): void {
    this.blockOf.set(signal, this.current);
    this.add({ item: 'declare', signal });
  }
  own(signal: SignalId): void {
    this.blockOf.set(signal, this.root);
  }
  /** True where the block that declared the signal is around (or is) the current one. */
  sees(signal: SignalId): boolean {
    const home = this.blockOf.get(signal);
    return home !== undefined && this.blocks.includes(home);
  }

  /** Runs `body` with a new generate block as the current one. */
  within(index: string | undefined, body: () => void): readonly Item[] {
    const block: Block = index === undefined ? { items: [] } : { items: [], index };
    this.blocks.push(block);
    const lists = this.lists.splice(0);
    try {
      body();
    } finally {
      this.blocks.pop();
      this.lists.push(...lists);
    }
    return block.items;
  }

  /** Appends a statement to the innermost list, opening a process where there is none. */
  state(stmt: Stmt, place: SourcePlace | undefined): void {
    const list = this.lists[this.lists.length - 1];
    if (list !== undefined) {
      list.push(stmt);
      return;
    }
    const last = this.current.items[this.current.items.length - 1];
    if (last?.item === 'process') (last.body as Stmt[]).push(stmt);
    else this.add({ item: 'process', body: [stmt], ...(place === undefined ? {} : { place }) });
  }

  /** Collects the statements that `body` makes. */
  collect(body: () => void): Stmt[] {
    const list: Stmt[] = [];
    this.lists.push(list);
    try {
      body();
    } finally {
      this.lists.pop();
    }
    return list;
  }
}
