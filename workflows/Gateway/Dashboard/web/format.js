// Numbers, times and sizes as people read them.

const UNKNOWN = '–';

export const count = value => (Number.isFinite(value) ? Math.round(value).toLocaleString('en').replaceAll(',', '\u202f') : UNKNOWN);

export function fixed(value, digits) {
  if (!Number.isFinite(value)) return UNKNOWN;
  const text = value.toFixed(digits);
  return text.startsWith('-') ? (Number(text) === 0 ? text.slice(1) : `−${text.slice(1)}`) : text;
}

export function duration(seconds) {
  if (!Number.isFinite(seconds)) return UNKNOWN;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(1)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function bytes(value) {
  if (!Number.isFinite(value)) return UNKNOWN;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A time of a run, in UTC as the records have it. */
export const time = text => (text ? `${text.slice(0, 10)} ${text.slice(11, 19)}` : UNKNOWN);

export const clock = text => (text ? text.slice(11, 19) : UNKNOWN);

/** The mean over the classes; NaN where there is none. */
export function meanAuc(run) {
  const values = Object.values(run.result?.auc ?? {});
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : NaN;
}

const ENDED = new Set(['completed', 'failed', 'cancelled']);

export const hasEnded = run => ENDED.has(run.status);

/** Seconds from the acceptance of a run to its end, or until now. */
export const secondsOf = run => (Date.parse(hasEnded(run) ? run.updatedAt : new Date().toISOString()) - Date.parse(run.createdAt)) / 1000;
