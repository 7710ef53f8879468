import { stripVTControlCharacters } from 'util';
import { run } from '../templates/tools';

/** A command that a language needs. */
export interface Tool {
  readonly command: string;
  /** Makes it say its version. */
  readonly args: string[];
  /** The lowest version that will do. */
  readonly least: string;
  /** Where to get it. */
  readonly from: string;
}

export const TOOLS = {
  python: { command: 'python3', args: ['-c', 'import sys, venv, ensurepip; print(sys.version.split()[0])'], least: '3.9', from: 'Python 3.9 or newer with venv: https://www.python.org/downloads (Debian, Ubuntu: apt install python3-venv)' },
  java: { command: 'javac', args: ['-version'], least: '17', from: 'a JDK, 17 or newer: https://docs.aws.amazon.com/corretto (Debian, Ubuntu: apt install openjdk-17-jdk)' },
  maven: { command: 'mvn', args: ['-v'], least: '3.8', from: 'Apache Maven 3.8 or newer: https://maven.apache.org/download.cgi (Debian, Ubuntu: apt install maven)' },
  go: { command: 'go', args: ['version'], least: '1.25', from: 'Go 1.25 or newer: https://go.dev/dl' },
  dotnet: { command: 'dotnet', args: ['--version'], least: '8.0', from: 'the .NET SDK 8 or newer: https://dotnet.microsoft.com/download' },
} satisfies Record<string, Tool>;

/**
 * @returns what is missing of these, does not work or is too old, each with where to get it
 */
export function missing(tools: Tool[]): string[] {
  return tools.flatMap(({ command, args, least, from }) => {
    const { status, stdout, stderr } = run(command, args);
    const version = /\d+(\.\d+)*/.exec(stripVTControlCharacters(`${stdout}${stderr}`))?.[0];
    if (status !== 0 || !version) { return [`${command} is missing or does not work. It comes with ${from}`]; }
    return isAtLeast(version, least) ? [] : [`${command} ${version} is too old. It comes with ${from}`];
  });
}

/** By numbers: 1.9 comes before 1.25. */
function isAtLeast(version: string, least: string): boolean {
  const [has, wants] = [version, least].map(text => text.split('.').map(Number));
  const index = wants.findIndex((number, position) => (has[position] ?? 0) !== number);
  return index === -1 || (has[index] ?? 0) > wants[index];
}
