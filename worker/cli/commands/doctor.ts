/** `espalier doctor`: is everything there, and what to do about what is not. Looks, and changes nothing. */
import { existsSync } from 'node:fs';
import { loadBackend } from '../../../models/backend/load-backend.ts';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import type { Config } from '../../config.ts';
import { homeOf } from '../../home.ts';
import { findUp } from '../../run/up-file.ts';
import { findServer } from '../../server/find-server.ts';
import { type SetupInspection, inspectSetup } from '../../setup/inspect-setup.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { count, size } from '../quantities.ts';
import { wrapText } from '../wrap-text.ts';

interface Finding {
  readonly what: string;
  /** `slow`: everything runs, only slower than it could. */
  readonly state: 'ok' | 'slow' | 'missing';
  readonly detail: string;
  readonly remedy?: string;
}

export const doctor: Command<object> = async context => {
  const { config, signal } = context;
  const inspection = await inspectSetup(config, signal);
  const findings = [
    programFinding(inspection),
    await serverFinding(config),
    await backendFinding(config, inspection),
    await storeFinding(config),
    ...diskFindings(inspection),
    ...toolFindings(inspection),
  ];
  if (context.json) printJson(context, findings);
  else printFindings(context, findings);
  return findings.some(({ state }) => state === 'missing') ? exitCodes.machinery : exitCodes.done;
};

function programFinding({ server }: SetupInspection): Finding {
  const what = 'temporal program';
  if ('found' in server) {
    const { version, path, way } = server.found;
    return { what, state: 'ok', detail: `server ${version.server}, CLI ${version.cli}, by ${way}: ${path}` };
  }
  const reasons = server.refused.map(({ way, reason }) => `${way}: ${reason}`).join('; ');
  return {
    what,
    state: 'missing',
    detail: reasons,
    remedy: 'espalier setup builds one (Go is needed), or name a server with TEMPORAL_ADDRESS',
  };
}

async function serverFinding(config: Config): Promise<Finding> {
  const what = 'temporal server';
  try {
    const found = await findServer(config);
    const up = findUp(homeOf(config.home));
    if (found === undefined) return { what, state: 'ok', detail: 'none is running; runs start their own' };
    const keeper = up === undefined ? '' : `, kept by process ${up}`;
    return {
      what,
      state: 'ok',
      detail: `${found.embedded ? 'this home’s own' : 'named by the environment'}, ${found.address}, version ${found.version}${keeper}`,
    };
  } catch (error) {
    const [detail = '', remedy = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { what, state: 'missing', detail, remedy };
  }
}

async function backendFinding(config: Config, { backend: native }: SetupInspection): Promise<Finding> {
  const what = 'numerical backend';
  try {
    const backend = await loadBackend({
      ...(config.backend === undefined ? {} : { force: config.backend }),
      ...(native.state === 'ready' ? { nativePackage: native.package } : {}),
    });
    const detail = `${backend.name} (${backend.library}), ${backend.mode}, ${count(backend.threads, 'thread')}`;
    if (backend.name === 'native' && backend.mode === 'graph') return { what, state: 'ok', detail };
    if (config.backend !== undefined) return { what, state: 'ok', detail: `${detail}, as asked for` };
    const reasons = [
      ...backend.passedOver.map(({ name, reason }) => `${name}: ${reason}`),
      ...(native.state === 'ready' ? [] : [native.reason]),
    ];
    return {
      what,
      state: 'slow',
      detail: `${detail}; ${reasons.join('; ')}`,
      remedy: native.state === 'ready' ? 'espalier setup' : native.remedy,
    };
  } catch (error) {
    return {
      what,
      state: 'missing',
      detail: error instanceof Error ? error.message : String(error),
      remedy: 'leave --backend and ESPALIER_BACKEND out: then the best that loads is taken',
    };
  }
}

async function storeFinding(config: Config): Promise<Finding> {
  const what = 'store';
  const { store } = homeOf(config.home);
  if (!existsSync(store)) return { what, state: 'ok', detail: `none yet; the first run makes ${store}` };
  try {
    const opened = await openFolderStore(store);
    return { what, state: 'ok', detail: `${count((await opened.runs()).length, 'run')} in ${store}` };
  } catch (error) {
    return {
      what,
      state: 'missing',
      detail: error instanceof Error ? error.message : String(error),
      remedy: 'see above, or take another folder with --home',
    };
  }
}

/** A default study fits many times over; a real one needs what its checkpoints take. */
const littleDisk = 5e9;

function diskFindings({ disk }: SetupInspection): Finding[] {
  return disk.map(({ folder, freeBytes }) => {
    const detail = `${size(freeBytes)} free for ${folder}`;
    if (freeBytes >= littleDisk) return { what: 'disk', state: 'ok', detail };
    return {
      what: 'disk',
      state: 'slow',
      detail,
      remedy: 'make room, or say --home and ESPALIER_CACHE on a larger disk',
    };
  });
}

function toolFindings({ tools, server, backend }: SetupInspection): Finding[] {
  return tools.map(({ tool, version }) => {
    const what = `tool ${tool}`;
    if (version !== undefined) return { what, state: 'ok', detail: version };
    const needed = (tool === 'go' && !('found' in server)) || (tool !== 'go' && backend.state !== 'ready');
    const use = tool === 'go' ? 'builds the Temporal server' : 'builds the native backend';
    return {
      what,
      state: needed ? 'slow' : 'ok',
      detail: `not there; it ${use}${needed ? '' : ', which is there already'}`,
    };
  });
}

function printFindings({ terminal }: CommandContext, findings: readonly Finding[]): void {
  const paint = { ok: terminal.paint.green, slow: terminal.paint.yellow, missing: terminal.paint.red } as const;
  const width = findings.reduce((widest, { what }) => Math.max(widest, what.length), 0);
  for (const { what, state, detail, remedy } of findings) {
    const indent = ' '.repeat(width + 11);
    const texts = remedy === undefined || remedy === '' ? [detail] : [detail, remedy];
    const [first = '', ...more] = texts.flatMap(text => wrapText(text, terminal.width() - indent.length));
    terminal.out(`${paint[state](state.padEnd(7))}  ${what.padEnd(width)}  ${first}`);
    for (const line of more) terminal.out(`${indent}${line}`);
  }
}
