// The README's tables of searches, from docs/results/search.json and search-study.json.

/** Problems by sampler: what is missing of the hypervolume after 100 trials, ours beside Optuna's. */
export function searchTable({ rows, versions, machine }) {
  const pattern = /^(.+) below \((.+)\), (gp|tpe): log10\(best − hypervolume\) at (\d+)$/;
  const found = rows
    .map((row) => ({ row, match: pattern.exec(row.case) }))
    .filter(({ match }) => match !== null)
    .map(({ row, match: [, problem, reference, sampler, trials] }) => ({
      row,
      problem,
      reference,
      sampler,
      trials,
    }));
  const cells = (sampler, problem) => {
    const { row } = found.find((one) => one.sampler === sampler && one.problem === problem);
    const [standing] = row.note.split(" beside");
    return `${row.ours.toFixed(2)} | ${row.peer.toFixed(2)} | ${standing}`;
  };
  // Every problem's first view is the one that is judged.
  const problems = [...new Set(found.map(({ problem }) => problem))];
  const speed = rows.find((row) => row.case.startsWith("gp: a suggestion"));
  const mixed = rows.filter((row) => row.case.startsWith("mixed"));
  const [{ trials }] = found;
  return [
    `| log10(best − hypervolume) after ${trials} trials | gp | Optuna's GPSampler | paired lead (95 %) | tpe | Optuna's TPESampler | paired lead (95 %) |`,
    "|---|---|---|---|---|---|---|",
    ...problems.map((problem) => `| ${problem} | ${cells("gp", problem)} | ${cells("tpe", problem)} |`),
    "",
    `Ten seeds, ten shared first designs; lower is better. A suggestion of \`gp\` took ${speed.ours.toFixed(0)} ms, Optuna's ` +
      `${speed.peer.toFixed(0)} ms (mean of medians after 20, 50 and 90 trials, one thread of ${machine.replace(/, load .*/, "")}; ` +
      `Optuna ${versions.optuna}). In a space of matrices, conditions and categories whose front is known: ` +
      `${mixed.map((row) => `\`${/, (\w+): /.exec(row.case)[1]}\` found ${row.note.split(" of the best")[0]}`).join(", ")} ` +
      "of the hypervolume (`npm run bench -- search`, `docs/results/search.json`).",
  ].join("\n");
}

/** Samplers on a real study. */
export function studyTable({ rows }) {
  const samplers = rows.filter((row) => row.case.includes("share of the box"));
  const trials = /after (\d+) trials/.exec(samplers[0].case)[1];
  return [
    `| sampler | share of the declared box after ${trials} trials | leads, and earlier |`,
    "|---|---|---|",
    ...samplers.map((row) => `| ${row.case.split(": share")[0]} | ${row.ours.toFixed(1)} % | ${row.note} |`),
  ].join("\n");
}
