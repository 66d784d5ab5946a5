"use strict";
// The charts: uPlot draws lines and axes; markers, intervals and what is void are drawn here, as in the charts for print.
(() => {
  const { models, charts } = JSON.parse(document.querySelector("#data").textContent);
  const looks = new Map(models.map((m, i) => [m.name, { ...m, at: i }]));
  const hidden = new Set();
  const said = document.querySelector("#said");
  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const inkOf = model => color(`--m${looks.get(model).at}`);
  const veil = (hex, share) => hex + Math.round(255 * share).toString(16).padStart(2, "0");

  // joined is all series over the union of their x: undefined, which a line passes over, where one has no such x, and null, which is
  // a gap, where its figure is not known.
  const joined = series => {
    const xs = [...new Set(series.flatMap(s => s.xs.concat((s.void || []).map(v => v[0]))))].sort((a, b) => a - b);
    return [xs, ...series.map(s => {
      const at = new Map(s.xs.map((x, i) => [x, s.ys[i]]));
      return xs.map(x => at.get(x));
    })];
  };

  const extent = (series, of) => {
    const all = series.flatMap(of).filter(v => v !== null && v > 0);
    return all.length ? [Math.min(...all), Math.max(...all)] : [1, 10];
  };
  const wide = (s, by, least = 1) => { // a little room around, in the terms of a log axis; what is flat is to look flat
    const ratio = Math.max((s[1] / s[0]) ** by, Math.sqrt(least / (s[1] / s[0])), 1.06);
    return [s[0] / ratio, s[1] * ratio];
  };

  const card = chart => {
    const figure = document.getElementById(chart.id);
    const plot = figure.querySelector(".plot");
    const all = figure.querySelector("[data-zoom=all]");
    const tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
    const nines = chart.x === "nines";
    let u = null, variant = 0, read = -1;

    const shown = () => chart.variants[variant].series.filter(s => !hidden.has(s.model));
    const bounds = () => {
      const s = chart.families ? chart.variants.flatMap(v => v.series) : chart.variants[variant].series;
      const x = extent(s, s => s.xs.concat((s.void || []).map(v => v[0])));
      const y = extent(s, s => [...s.ys, ...(s.low || []), ...(s.high || []), ...(s.void || []).map(v => v[1]), ...(chart.limit ? [chart.limit] : [])]);
      return { x: nines ? [0, x[1] * 1.02] : wide(x, 0.06), y: wide(y, 0.07, 1.6) };
    };

    // trace draws a model's marker around a point of the canvas.
    const trace = (ctx, look, x, y, r) => {
      ctx.beginPath();
      if (!look.corners?.length) ctx.arc(x, y, r, 0, 2 * Math.PI);
      else look.corners.forEach(([dx, dy], i) => ctx[i ? "lineTo" : "moveTo"](x + r * dx, y - r * dy));
      ctx.closePath();
    };

    const inside = (u, draw) => {
      const { ctx, bbox } = u;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left - 6, bbox.top - 6, bbox.width + 12, bbox.height + 12);
      ctx.clip();
      draw(ctx, devicePixelRatio);
      ctx.restore();
    };

    const bands = u => inside(u, (ctx, dpr) => {
      if (chart.limit) {
        const y = u.valToPos(chart.limit, "y", true);
        ctx.beginPath();
        ctx.setLineDash([5 * dpr, 4 * dpr]);
        ctx.moveTo(u.bbox.left, y);
        ctx.lineTo(u.bbox.left + u.bbox.width, y);
        ctx.strokeStyle = color("--faint");
        ctx.lineWidth = dpr;
        ctx.stroke();
        ctx.setLineDash([]);
      }
      if (!nines) return;
      for (const s of shown()) {
        ctx.beginPath();
        s.xs.forEach((x, i) => ctx[i ? "lineTo" : "moveTo"](u.valToPos(x, "x", true), u.valToPos(s.high[i], "y", true)));
        for (let i = s.xs.length - 1; i >= 0; i--) ctx.lineTo(u.valToPos(s.xs[i], "x", true), u.valToPos(s.low[i], "y", true));
        ctx.fillStyle = veil(inkOf(s.model), 0.14);
        ctx.fill();
      }
    });

    const marks = u => inside(u, (ctx, dpr) => {
      const series = shown();
      series.forEach((s, k) => {
        const look = looks.get(s.model), ink = inkOf(s.model);
        const aside = nines ? 0 : (k - (series.length - 1) / 2) * Math.min(2.4, 14 / series.length) * dpr;
        ctx.strokeStyle = ctx.fillStyle = ink;
        if (!nines) {
          ctx.lineWidth = 1.6 * dpr;
          ctx.setLineDash(look.dashed ? [6 * dpr, 4 * dpr] : []);
          ctx.beginPath();
          s.xs.forEach((x, i) => {
            if (s.ys[i] === null) return;
            ctx[i && s.ys[i - 1] !== null ? "lineTo" : "moveTo"](u.valToPos(x, "x", true) + aside, u.valToPos(s.ys[i], "y", true));
          });
          ctx.stroke();
        }
        ctx.setLineDash([]);
        ctx.lineWidth = dpr;
        if (!nines) s.xs.forEach((x, i) => {
          if (s.ys[i] === null) return;
          const px = u.valToPos(x, "x", true) + aside, py = u.valToPos(s.ys[i], "y", true);
          const low = s.low?.[i], high = s.high?.[i];
          if (low > 0 && high > low) {
            const from = u.valToPos(low, "y", true), to = u.valToPos(high, "y", true);
            ctx.beginPath();
            for (const [x0, y0, x1, y1] of [[px, from, px, to], [px - 2.5 * dpr, from, px + 2.5 * dpr, from], [px - 2.5 * dpr, to, px + 2.5 * dpr, to]]) {
              ctx.moveTo(x0, y0);
              ctx.lineTo(x1, y1);
            }
            ctx.globalAlpha = 0.75;
            ctx.stroke();
            ctx.globalAlpha = 1;
          }
          trace(ctx, look, px, py, 3.6 * dpr);
          ctx.fill();
        });
        for (const [x, y] of s.void || []) {
          trace(ctx, look, u.valToPos(x, "x", true) + aside, u.valToPos(y, "y", true), 3.6 * dpr);
          ctx.fillStyle = color("--card");
          ctx.fill();
          ctx.stroke();
          ctx.fillStyle = ink;
        }
      });
    });

    // nearest is the point of a series nearest to x.
    const nearest = (s, x) => {
      let best = -1;
      const far = v => nines ? Math.abs(v - x) : Math.abs(Math.log(v / x));
      s.xs.forEach((v, i) => { if (s.ys[i] !== null && (best < 0 || far(v) < far(s.xs[best]))) best = i; });
      return best;
    };

    // figuresAt is what the tip shows: the models at x, the largest figure first.
    const figuresAt = x => shown()
      .map(s => ({ s, i: nearest(s, x) }))
      .filter(({ s, i }) => i >= 0 && (chart.x !== "conns" || s.xs[i] === x))
      .map(({ s, i }) => ({ s, x: s.xs[i], y: s.ys[i], low: s.low?.[i], high: s.high?.[i] }))
      .sort((a, b) => b.y - a.y);

    const inWords = words[chart.unit];
    const placeOf = x => chart.x === "conns" ? `N = ${words.conns(x)}` : nines ? words.nines(x) : `${words.rate(x)} offered`;

    const show = (u, x, left) => {
      const at = figuresAt(x);
      if (!at.length) { tip.hidden = true; return ""; }
      const table = document.createElement("table");
      for (const f of at) {
        const row = table.insertRow();
        const name = row.insertCell();
        name.textContent = f.s.name;
        name.className = `model m${looks.get(f.s.model).at}`;
        row.insertCell().textContent = inWords(f.y);
        row.insertCell().textContent = f.low > 0 && f.high > f.low ? `${inWords(f.low)} – ${inWords(f.high)}` : "";
      }
      const head = document.createElement("b");
      head.textContent = placeOf(chart.x === "rate" ? at[0].x : x);
      tip.replaceChildren(head, table);
      tip.hidden = false;
      const room = u.over.clientWidth, w = tip.offsetWidth;
      tip.style.left = `${Math.max(-40, left + 14 + w > room + 20 ? left - w - 14 : left + 14)}px`;
      tip.style.top = "8px";
      return head.textContent + ": " + at.map(f => `${f.s.name} ${inWords(f.y)}`).join(", ");
    };

    const xAt = left => {
      const x = u.posToVal(left, "x");
      if (chart.x !== "conns") return x;
      return u.data[0].reduce((a, b) => Math.abs(Math.log(b / x)) < Math.abs(Math.log(a / x)) ? b : a);
    };

    const range = () => ({ x: [u.scales.x.min, u.scales.x.max], y: [u.scales.y.min, u.scales.y.max] });
    const zoomTo = r => u.batch(() => {
      u.setScale("x", { min: r.x[0], max: r.x[1] });
      u.setScale("y", { min: r.y[0], max: r.y[1] });
    });
    const zoom = how => {
      if (how === "all") return zoomTo(bounds());
      const by = how === "in" ? 0.7 : 1 / 0.7;
      const whole = bounds(), now = range();
      const squeeze = (s, limit, log) => {
        const to = log ? Math.log : v => v, from = log ? Math.exp : v => v;
        const middle = (to(s[0]) + to(s[1])) / 2, half = (to(s[1]) - to(s[0])) / 2 * by;
        return [Math.max(limit[0], from(middle - half)), Math.min(limit[1], from(middle + half))];
      };
      zoomTo({ x: squeeze(now.x, whole.x, !nines), y: squeeze(now.y, whole.y, true) });
    };
    const zoomed = () => {
      const whole = bounds(), now = range();
      const off = (a, b) => Math.abs(a - b) > 1e-6 * Math.abs(b);
      all.disabled = !["x", "y"].some(k => off(now[k][0], whole[k][0]) || off(now[k][1], whole[k][1]));
    };

    // keys is the legend of a family, which the page's own does not show.
    const keys = figure.querySelector(".keys");
    const svg = (name, at) => {
      const e = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const k in at) e.setAttribute(k, at[k]);
      return e;
    };
    const key = s => {
      const look = looks.get(s.model), span = document.createElement("span"), swatch = svg("svg", { width: 26, height: 16, viewBox: "0 0 26 16", "aria-hidden": "true" });
      span.className = `m${look.at}`;
      swatch.append(
        svg("path", { d: "M0 8h26", ...(look.dashed && { "stroke-dasharray": "4 3" }) }),
        look.corners?.length ? svg("polygon", { points: look.corners.map(([x, y]) => `${13 + 4.6 * x},${8 - 4.6 * y}`).join(" ") }) : svg("circle", { cx: 13, cy: 8, r: 4.6 }));
      span.append(swatch, s.name);
      return span;
    };

    const make = () => {
      keys?.replaceChildren(...shown().map(key));
      u?.destroy();
      u = null;
      read = -1;
      tip.hidden = true;
      const width = plot.clientWidth;
      if (!width) return;
      const series = shown();
      const whole = bounds();
      const ink = color("--faint"), line = color("--line");
      const font = "12px system-ui, sans-serif";
      const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, size: 4, width: 1 },
        filter: (_, at) => at }; // uPlot would leave out what is no power of ten
      const height = Math.round(Math.min(340, Math.max(250, width * 0.56)));
      const xTicks = (_, __, low, high) => {
        if (nines) return [0, 1, 2, 3, 4, 5].filter(v => v >= low && v <= high);
        if (chart.x !== "conns") return logTicks(low, high, 10, width / 90);
        const inRange = u ? u.data[0].filter(v => v >= low && v <= high) : [];
        return inRange.filter((v, i) => i === inRange.length - 1 || Math.log(inRange.at(-1) / v) / Math.log(high / low) > 44 / width);
      };
      const data = joined(series);
      u = new uPlot({
        width, height, class: "chart", padding: [10, nines ? 26 : 14, 0, 4],
        scales: {
          x: { time: false, distr: nines ? 1 : 3, range: () => whole.x },
          y: { distr: 3, range: () => whole.y },
        },
        series: [{}, ...series.map(s => ({
          label: s.name, stroke: () => inkOf(s.model), width: 1.6, dash: looks.get(s.model).dashed ? [6, 4] : undefined,
          ...(nines ? {} : { paths: () => null }), // drawn with its markers, a little aside of the others
          points: { show: false },
        }))],
        axes: [
          { ...axis, splits: xTicks, values: (_, at) => at.map(v => nines ? words.nines(v) : tick(words.short(v))), size: 30 },
          { ...axis, splits: (_, __, low, high) => logTicks(low, high, chart.unit === "bytes" ? 1024 : 10, height / 34),
            values: (_, at) => at.map(v => tick(inWords(v))), size: 64 },
        ],
        legend: { show: false },
        cursor: { points: { show: false }, y: false, drag: { x: true, y: true, uni: 24, dist: 6 }, bind: { dblclick: () => () => { zoom("all"); return null; } } },
        hooks: {
          drawAxes: [bands],
          draw: [marks],
          setScale: [() => { if (u) zoomed(); }],
          setCursor: [u => {
            const left = u.cursor.left;
            if (left == null || left < 0) { tip.hidden = true; return; }
            show(u, xAt(left), left);
          }],
        },
      }, data, plot);
      u.over.append(tip);
      zoomed();
    };

    plot.addEventListener("keydown", event => {
      if (!u) return;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) {
        const by = nines ? 4 * step : step; // a curve has many points between two nines
        const xs = u.data[0].filter(x => x >= u.scales.x.min && x <= u.scales.x.max);
        if (!xs.length) return;
        read = read < 0 ? (step > 0 ? 0 : xs.length - 1) : Math.min(xs.length - 1, Math.max(0, read + by));
        const left = u.valToPos(xs[read], "x");
        u.setCursor({ left, top: 10 }, false);
        said.textContent = show(u, xs[read], left);
      } else if (event.key === "+" || event.key === "=") zoom("in");
      else if (event.key === "-") zoom("out");
      else if (event.key === "0" || event.key === "Escape") zoom("all");
      else return;
      event.preventDefault();
    });
    plot.addEventListener("blur", () => { tip.hidden = true; });
    figure.addEventListener("click", event => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.zoom && u) zoom(button.dataset.zoom);
      if (button.dataset.variant) {
        variant = Number(button.dataset.variant);
        for (const b of figure.querySelectorAll("[data-variant]")) b.setAttribute("aria-pressed", b === button);
        make();
      }
    });
    new ResizeObserver(() => { if (plot.clientWidth !== (u ? u.width : 0)) make(); }).observe(plot);
    return make;
  };

  const cards = charts.map(card);
  const drawAll = () => { for (const make of cards) make(); };
  addEventListener("themed", drawAll);
  for (const button of document.querySelectorAll(".legend button")) {
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", on);
      if (on) hidden.delete(button.dataset.model);
      else hidden.add(button.dataset.model);
      drawAll();
    });
  }
  drawAll();
})();
