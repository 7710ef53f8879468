/** The command that runs a TypeScript program of this repository, with the tests' compiler options. */
export const program = (file: string) => `node -r ./projenrc/register.js ${file}`;
