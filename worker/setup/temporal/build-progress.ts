/** Turns what `go build -v` prints into a line of progress now and then. */

/** Packages that a first build compiles, by count of its lines; later ones find some in Go's own cache. */
const packagesOfFirstBuild = 1_717;
const sayEveryMs = 10_000;

/** The result takes each line printed and calls `say` at most every ten seconds. */
export function buildProgress(say: (text: string) => void, now: () => number = () => performance.now()) {
  const start = now();
  let said = start;
  let modules = 0;
  let packages = 0;
  return (line: string): void => {
    if (line.startsWith('go: downloading ')) modules += 1;
    else if (isPackage(line)) packages += 1;
    if (now() - said < sayEveryMs) return;
    said = now();
    const elapsed = minutesAndSeconds((said - start) / 1000);
    if (packages === 0) say(`downloading: ${modules} modules after ${elapsed}`);
    else say(`compiling: ${packages} of at most ${packagesOfFirstBuild} packages after ${elapsed}`);
  };
}

function isPackage(line: string): boolean {
  return /^[\w.~-]+(\/[\w.~-]+)*$/.test(line);
}

function minutesAndSeconds(seconds: number): string {
  const whole = Math.floor(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
