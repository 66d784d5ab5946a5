"use strict";
// The charts. uPlot draws axes and keeps what is zoomed; lines, markers, intervals and what is void are drawn here, as in the
// charts for print. Every figure and tick comes with its words: nothing is computed here but places.
(() => {
  const { models, charts } = JSON.parse(document.querySelector("#data").textContent);
  const looks = new Map(models.map((m, i) => [m.name, { ...m, at: i }]));
  const hidden = new Set();
  const said = document.querySelector("#said");
  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const inkOf = series => color(`--m${looks.get(series.model).at}`);
  const variantDash = [5, 3];

  // pick is the most ticks of a ladder that have room, of those in sight; where all count, those without room lose their words.
  const pick = (axis, low, high, room) => {
    const inSight = rung => rung.filter(t => t.at >= low && t.at <= high);
    if (axis.measured) {
      let last = null;
      return inSight(axis.ladder[0]).reverse().map(t => {
        if (last && !room(t, last)) return { at: t.at, text: "" };
        last = t;
        return t;
      }).reverse();
    }
    let best = [];
    for (const rung of axis.ladder.map(inSight)) {
      if (best.length && rung.some((t, i) => i && !room(rung[i - 1], t))) break;
      best = rung;
    }
    return best;
  };

  // panels shows one panel of a chart at a time, chosen by its button.
  const panels = (figure, then) => {
    const buttons = [...figure.querySelectorAll("[data-panel]")];
    const show = at => {
      for (const b of buttons) b.setAttribute("aria-pressed", b.dataset.panel === String(at));
      for (const part of figure.querySelectorAll("[data-shows]")) part.hidden = part.dataset.shows !== String(at);
      then?.(at);
    };
    for (const b of buttons) b.addEventListener("click", () => show(Number(b.dataset.panel)));
    for (const tool of figure.querySelectorAll(".tools [hidden], .tools[hidden]")) tool.hidden = false;
    if (buttons.length) figure.classList.add("switched");
    show(0);
  };

  const card = chart => {
    const figure = document.getElementById(chart.id);
    const plot = figure.querySelector(".plot");
    const all = figure.querySelector("[data-zoom=all]");
    const tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
    const named = new Map(chart.places.map(p => [p.at, p.text]));
    const xs = chart.places.map(p => p.at);
    let u = null, at = 0, read = -1;

    const shown = () => chart.panels[at].series.filter(s => !hidden.has(s.model));
    const whole = { x: [chart.x.lo, chart.x.hi], y: [chart.y.lo, chart.y.hi] };
    const far = (a, b) => chart.x.log ? Math.abs(Math.log(a / b)) : Math.abs(a - b);

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
    const onAxes = v => !(v === null || chart.y.log && v <= 0);

    const rule = (u, ctx, dpr) => {
      const line = chart.panels[at].line;
      if (!line || !onAxes(line.At)) return;
      const y = u.valToPos(line.At, "y", true);
      ctx.beginPath();
      ctx.setLineDash([2 * dpr, 3 * dpr]);
      ctx.moveTo(u.bbox.left, y);
      ctx.lineTo(u.bbox.left + u.bbox.width, y);
      ctx.strokeStyle = color("--faint");
      ctx.lineWidth = dpr;
      ctx.stroke();
      ctx.setLineDash([]);
      if (chart.panels[at].series.some(s => s.name === line.Title)) return; // it has its name already
      ctx.font = `${11 * dpr}px system-ui, sans-serif`;
      ctx.textAlign = "right";
      ctx.fillStyle = color("--faint");
      ctx.fillText(line.Title, u.bbox.left + u.bbox.width - 3 * dpr, y - 4 * dpr);
    };

    const band = (u, ctx, points, ink) => {
      const known = points.filter(p => onAxes(p.low) && onAxes(p.high));
      if (known.length < 2) return;
      ctx.beginPath();
      known.forEach((p, i) => ctx[i ? "lineTo" : "moveTo"](u.valToPos(p.x, "x", true), u.valToPos(p.high, "y", true)));
      known.reverse().forEach(p => ctx.lineTo(u.valToPos(p.x, "x", true), u.valToPos(p.low, "y", true)));
      ctx.fillStyle = ink;
      ctx.globalAlpha = 0.14;
      ctx.fill();
      ctx.globalAlpha = 1;
    };

    const interval = (u, ctx, dpr, p, x) => {
      if (!(p.high > p.low)) return;
      const to = u.valToPos(p.high, "y", true);
      const from = onAxes(p.low) ? u.valToPos(p.low, "y", true) : u.bbox.top + u.bbox.height;
      ctx.beginPath();
      ctx.moveTo(x, from);
      ctx.lineTo(x, to);
      for (const end of p.range ? [] : [from, to]) {
        ctx.moveTo(x - 2.5 * dpr, end);
        ctx.lineTo(x + 2.5 * dpr, end);
      }
      ctx.globalAlpha = 0.75;
      ctx.stroke();
      ctx.globalAlpha = 1;
    };

    const marks = u => inside(u, (ctx, dpr) => {
      rule(u, ctx, dpr);
      const series = shown();
      const apart = chart.alone ? u.bbox.width / (series.length + 1) : Math.min(2.4, 14 / series.length) * dpr;
      series.forEach((s, k) => {
        const look = looks.get(s.model), ink = inkOf(s);
        const aside = chart.banded ? 0 : (k - (series.length - 1) / 2) * apart;
        const xAt = p => u.valToPos(p.x, "x", true) + aside, yAt = p => u.valToPos(p.y, "y", true);
        if (chart.beyond) {
          ctx.strokeStyle = ink;
          ctx.lineWidth = 0.7 * dpr;
          ctx.globalAlpha = 0.6;
          ctx.beginPath();
          const all = [...s.joined.flat(), ...(s.void || [])].sort((a, b) => a.x - b.x);
          all.forEach((p, i) => ctx[i ? "lineTo" : "moveTo"](xAt(p), yAt(p)));
          ctx.stroke();
          ctx.globalAlpha = 1;
        }
        for (const points of s.joined) {
          if (chart.banded) band(u, ctx, points, ink);
          ctx.strokeStyle = ctx.fillStyle = ink;
          ctx.lineWidth = 1.6 * dpr;
          ctx.setLineDash((s.dashed ? variantDash : look.dash || []).map(d => d * 1.3 * dpr));
          ctx.beginPath();
          points.forEach((p, i) => ctx[i ? "lineTo" : "moveTo"](xAt(p), yAt(p)));
          ctx.stroke();
          ctx.setLineDash([]);
          ctx.lineWidth = dpr;
          for (const p of points) {
            if (!chart.banded) interval(u, ctx, dpr, p, xAt(p));
            if (p.bare) continue;
            trace(ctx, look, xAt(p), yAt(p), 3.6 * dpr);
            ctx.fill();
          }
        }
        ctx.strokeStyle = ink;
        ctx.lineWidth = 1.2 * dpr;
        for (const p of s.void || []) {
          trace(ctx, look, xAt(p), yAt(p), 3.6 * dpr);
          ctx.fillStyle = color("--card");
          ctx.fill();
          ctx.stroke();
        }
      });
    });

    // figuresAt is what the tip shows: each model's point at x, or the nearest where lines have places of their own, the
    // largest first.
    const figuresAt = x => shown().flatMap(s => {
      const points = [...s.joined.flat(), ...(s.void || []).map(p => ({ ...p, hollow: true }))];
      const near = points.reduce((a, p) => !a || far(p.x, x) < far(a.x, x) ? p : a, null);
      return near && (chart.banded || near.x === x) ? [{ ...near, s }] : [];
    }).sort((a, b) => b.y - a.y);

    const show = (u, x, left) => {
      const figures = figuresAt(x);
      tip.hidden = !figures.length;
      if (tip.hidden) return "";
      const table = document.createElement("table");
      const told = f => f.text + (f.hollow && chart.hollow ? ` (${chart.hollow})` : "");
      for (const f of figures) {
        const row = table.insertRow();
        const name = row.insertCell();
        name.textContent = f.s.name;
        name.className = `model m${looks.get(f.s.model).at}`;
        row.insertCell().textContent = told(f);
      }
      const head = document.createElement("b");
      head.textContent = named.get(x);
      tip.replaceChildren(head, table);
      const room = u.over.clientWidth, w = tip.offsetWidth;
      tip.style.left = `${Math.max(-40, left + 14 + w > room + 20 ? left - w - 14 : left + 14)}px`;
      tip.style.top = "8px";
      return head.textContent + ": " + figures.map(f => `${f.s.name} ${told(f)}`).join(", ");
    };

    const nearestX = left => {
      const x = u.posToVal(left, "x");
      return xs.reduce((a, b) => far(b, x) < far(a, x) ? b : a);
    };

    const range = () => ({ x: [u.scales.x.min, u.scales.x.max], y: [u.scales.y.min, u.scales.y.max] });
    const zoomTo = r => u.batch(() => {
      u.setScale("x", { min: r.x[0], max: r.x[1] });
      u.setScale("y", { min: r.y[0], max: r.y[1] });
    });
    const zoom = how => {
      if (how === "all") return zoomTo(whole);
      const by = how === "in" ? 0.7 : 1 / 0.7;
      const now = range();
      const squeeze = (s, limit, log) => {
        const to = log ? Math.log : v => v, from = log ? Math.exp : v => v;
        const middle = (to(s[0]) + to(s[1])) / 2, half = (to(s[1]) - to(s[0])) / 2 * by;
        return [Math.max(limit[0], from(middle - half)), Math.min(limit[1], from(middle + half))];
      };
      zoomTo({ x: squeeze(now.x, whole.x, chart.x.log), y: squeeze(now.y, whole.y, chart.y.log) });
    };
    const zoomed = () => {
      const now = range();
      const off = (a, b) => Math.abs(a - b) > 1e-6 * Math.abs(b);
      all.disabled = !["x", "y"].some(k => off(now[k][0], whole[k][0]) || off(now[k][1], whole[k][1]));
    };

    const make = () => {
      u?.destroy();
      u = null;
      read = -1;
      tip.hidden = true;
      const width = plot.clientWidth;
      if (!width) return;
      const faint = color("--faint"), line = color("--line");
      const height = Math.round(Math.min(340, Math.max(250, width * 0.56)));
      // axisOf is an axis of uPlot with our ticks: room is how many pixels two of them need between them.
      const axisOf = (axis, length, room) => {
        const words = new Map();
        return {
          stroke: faint, font: "12px system-ui, sans-serif", grid: { stroke: line, width: 1 },
          ticks: { stroke: line, size: 4, width: 1 },
          filter: (_, at) => at, // uPlot would leave out what is no power of ten
          splits: (_, __, low, high) => {
            const to = axis.log ? Math.log : v => v;
            const ticks = pick(axis, low, high, (a, b) => (to(b.at) - to(a.at)) / (to(high) - to(low)) * length >= room(a, b));
            words.clear();
            for (const t of ticks) words.set(t.at, t.text);
            return ticks.map(t => t.at);
          },
          values: (_, at) => at.map(v => words.get(v)),
        };
      };
      u = new uPlot({
        width, height, class: "chart", padding: [10, 18, 0, 4],
        scales: {
          x: { time: false, distr: chart.x.log ? 3 : 1, range: () => whole.x },
          y: { distr: chart.y.log ? 3 : 1, range: () => whole.y },
        },
        series: [{}, { paths: () => null, points: { show: false } }], // ours are drawn over the axes
        axes: [
          { ...axisOf(chart.x, width - 86, (a, b) => 3.6 * (a.text.length + b.text.length) + 12), size: 30 },
          { ...axisOf(chart.y, height - 40, () => 30), size: 64 },
        ],
        legend: { show: false },
        cursor: {
          points: { show: false }, y: false, drag: { x: true, y: true, uni: 24, dist: 6 },
          bind: { dblclick: () => () => { zoom("all"); return null; } },
        },
        hooks: {
          draw: [marks],
          setScale: [() => { if (u) zoomed(); }],
          setCursor: [u => {
            const left = u.cursor.left;
            if (left == null || left < 0) { tip.hidden = true; return; }
            show(u, nearestX(left), left);
          }],
        },
      }, [xs, xs.map(() => null)], plot);
      u.over.append(tip);
      zoomed();
    };

    plot.addEventListener("keydown", event => {
      if (!u) return;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) {
        const seen = xs.filter(x => x >= u.scales.x.min && x <= u.scales.x.max);
        if (!seen.length) return;
        const by = step * Math.max(1, Math.round(seen.length / 24)); // a curve has many points between two nines
        read = read < 0 ? (step > 0 ? 0 : seen.length - 1) : Math.min(seen.length - 1, Math.max(0, read + by));
        const left = u.valToPos(seen[read], "x");
        u.setCursor({ left, top: 10 }, false);
        said.textContent = show(u, seen[read], left);
      } else if (event.key === "+" || event.key === "=") zoom("in");
      else if (event.key === "-") zoom("out");
      else if (event.key === "0" || event.key === "Escape") zoom("all");
      else return;
      event.preventDefault();
    });
    plot.addEventListener("blur", () => { tip.hidden = true; });
    figure.addEventListener("click", event => {
      const button = event.target.closest("[data-zoom]");
      if (button && u) zoom(button.dataset.zoom);
    });
    panels(figure, to => { at = to; make(); });
    new ResizeObserver(() => { if (plot.clientWidth !== (u ? u.width : 0)) make(); }).observe(plot);
    return make;
  };

  const cards = charts.map(card);
  for (const figure of document.querySelectorAll(".card:not(:has(.plot))")) panels(figure);
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
})();
