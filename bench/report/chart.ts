/** Charts as plain data, so that results can be stored, compared and drawn by whatever draws best. */

export interface Axis {
  label: string;
  /** `percentile`: from 50 to ever more nines. `category`: the values are positions in `categories`. */
  kind: 'linear' | 'log' | 'percentile' | 'category';
  categories?: string[];
  min?: number;
  max?: number;
}

export interface Series {
  name: string;
  kind: 'line' | 'bar' | 'points';
  /** A missing value is a gap. */
  points: [x: number, y: number | null][];
  /** Drawn against the axis on the right. */
  isOnRight?: boolean;
  /** By point, in the same order: shown beside it. */
  labels?: string[];
}

export interface Chart {
  title: string;
  /** One sentence under the title. */
  note?: string;
  x: Axis;
  y: Axis;
  right?: Axis;
  series: Series[];
  /** Moments worth a vertical line, such as a kill. */
  marks?: { x: number; label: string }[];
  /** Levels worth a horizontal line, such as a bound. */
  levels?: { y: number; label: string }[];
}
