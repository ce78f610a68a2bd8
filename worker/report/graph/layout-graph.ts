/** What a layout is made of: boxes with sizes, edges between them, and places in pixels. */

export interface LayoutItem {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
  /** Edges from one box that share this run together where they pass layers. */
  readonly bundle?: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Left upper corner and size. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Room between boxes, and what a passing edge takes. */
export const gaps = { beside: 22, below: 44, passing: 12 } as const;

/** A node of the layers: a box, or a stand-in for an edge that passes. */
export interface LayerNode extends LayoutItem {
  readonly isPassing: boolean;
}

/** Edges between nodes of neighbouring layers. */
export interface Link {
  readonly from: LayerNode;
  readonly to: LayerNode;
}
