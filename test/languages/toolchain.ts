import { run } from '../templates/tools';

/** A command that a language needs. */
export interface Tool {
  readonly command: string;
  /** Makes it say its version. */
  readonly args: string[];
  /** Where to get it. */
  readonly from: string;
}

export const TOOLS = {
  python: { command: 'python3', args: ['-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 9); print(sys.version.split()[0])'], from: 'Python 3.9 or newer with venv: https://www.python.org/downloads (Debian, Ubuntu: apt install python3-venv)' },
  java: { command: 'javac', args: ['-version'], from: 'a JDK, 17 or newer: https://docs.aws.amazon.com/corretto (Debian, Ubuntu: apt install openjdk-17-jdk)' },
  maven: { command: 'mvn', args: ['-v'], from: 'Apache Maven 3.8 or newer: https://maven.apache.org/download.cgi (Debian, Ubuntu: apt install maven)' },
  go: { command: 'go', args: ['version'], from: 'Go 1.25 or newer: https://go.dev/dl' },
} satisfies Record<string, Tool>;

/**
 * @returns what is missing of these, or does not work, each with where to get it
 */
export function missing(tools: Tool[]): string[] {
  return tools
    .filter(({ command, args }) => run(command, args).status !== 0)
    .map(({ command, from }) => `${command} is missing or too old. It comes with ${from}`);
}
