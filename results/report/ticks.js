"use strict";
// Figures in words, as the rest of cbench writes them, and ticks for logarithmic axes.
const words = (() => {
  const digits = v => {
    if (v === 0) return "0";
    const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(v)) + 2e-4));
    return v.toFixed(Math.min(decimals, 6));
  };
  const scaled = (scales, gap) => v => {
    const [unit, of] = scales.find(s => Math.abs(v) >= s[1] * 0.9995) || scales.at(-1);
    return digits(v / of) + (unit && gap + unit);
  };
  const whole = v => v < 100 ? digits(v) : Math.round(v).toLocaleString("en-US");
  return {
    bytes: scaled([["TiB", 2 ** 40], ["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 1024], ["B", 1]], " "),
    ns: scaled([["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]], " "),
    rate: v => whole(v) + "/s",
    short: scaled([["G", 1e9], ["M", 1e6], ["k", 1e3], ["", 1]], ""),
    conns: v => Math.round(v).toLocaleString("en-US"),
    nines: v => `${+(100 * (1 - 10 ** -v)).toFixed(Math.max(0, Math.ceil(v) - 1))}%`,
  };
})();

// A figure as a tick wants it, without the zeros that say nothing.
const tick = text => text.replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "").replace("/s", "");

// logTicks is round numbers between low and high: as fine as it takes for at least three of them, and no more than fit.
const logTicks = (low, high, base, most) => {
  const steps = base === 1024
    ? [[1], [1, 32], [1, 8, 64], [1, 4, 16, 64, 256], [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]]
    : [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9]];
  let best = [];
  for (const step of steps) {
    const all = [];
    for (let e = Math.floor(Math.log(low) / Math.log(base)) - 1; base ** e <= high; e++) {
      for (const s of step) {
        const v = s * base ** e;
        if (v >= low && v <= high) all.push(v);
      }
    }
    if (all.length <= most || best.length === 0) best = all;
    if (best.length >= Math.min(4, most)) break;
  }
  if (best.length >= 2 || !(high > low)) return best;
  const fine = 10 ** Math.floor(Math.log10(high - low)) / 2; // less than a step lies between: as on a plain axis
  const all = [];
  for (let v = Math.ceil(low / fine) * fine; v <= high; v += fine) all.push(v);
  const by = Math.ceil(all.length / most);
  return all.filter((_, i) => i % by === 0);
};
