/** Numbers as people read them, each in as few cells as it can. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A running clock: "0:42", from an hour on "1h05m", from a day on "2d03h". Takes ms. */
export function clock(ms: number): string {
  const time = Math.max(0, ms); // The wall clock can jump back.
  if (time < hour) return `${whole(time, minute)}:${twoDigits(whole(time % minute, second))}`;
  if (time < day) return `${whole(time, hour)}h${twoDigits(whole(time % hour, minute))}m`;
  return `${whole(time, day)}d${twoDigits(whole(time % day, hour))}h`;
}

/** A rough length of time in one unit: "8s", "3m", "5h", "2d". Takes ms. */
export function roughly(ms: number): string {
  const time = Math.max(0, ms);
  if (time < minute) return `${whole(time, second)}s`;
  if (time < hour) return `${whole(time, minute)}m`;
  if (time < day) return `${whole(time, hour)}h`;
  return `${whole(time, day)}d`;
}

/** How long something took: "85 ms", "2.3 s", "1:05". Takes ms. */
export function took(ms: number): string {
  const time = Math.max(0, ms);
  if (time < second) return `${Math.round(time)} ms`;
  return time < minute ? `${(time / second).toFixed(1)} s` : clock(time);
}

/** Bytes in the units people know from their system monitor: "612 MB", "1.4 GB" (powers of 1024). */
export function memory(bytes: number): string {
  const megabytes = bytes / 1024 ** 2;
  return megabytes < 1000 ? `${Math.round(megabytes)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}

/** A context in the unit people count it in: "64k" (65,536), "200k" (200,000), "1M"; below 1000 as it is. */
export function tokens(count: number): string {
  if (count < 1000) return String(count);
  const unit = count % 1024 !== 0 && count % 1000 === 0 ? 1000 : 1024;
  const thousands = Math.max(1, Math.round(count / unit));
  return thousands >= unit ? `${trimmed(thousands / unit)}M` : `${thousands}k`;
}

/** A share as whole percents: "48%"; only nothing is "0%" and only all of it "100%". */
export function percent(share: number): string {
  if (share <= 0) return "0%";
  if (share >= 1) return "100%";
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))}%`;
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/**
 * A moment in the user's time zone: "14:02", or "21 Nov 14:02" when it is not today. It stays true
 * while nothing is redrawn, which an age does not.
 */
export function moment(at: number, now: number): string {
  const date = new Date(at);
  const time = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  const today = date.toDateString() === new Date(now).toDateString();
  return today ? time : `${date.getDate()} ${months[date.getMonth()]} ${time}`;
}

function whole(time: number, unit: number): number {
  return Math.floor(time / unit);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
