import * as path from 'path';
import type { HandlerClass } from './world';

/** Where `npm test` has just bundled the handler to: what a user's AWS Lambda runs. */
export const BUNDLE = path.join(__dirname, '..', '..', '..', 'assets', 'compilation-job', 'handler', 'compilation-job.lambda', 'index.js');

/** Mutation tests change the sources, not the bundle. */
const SOURCE = path.join(__dirname, '..', '..', '..', 'src', 'compilation-job', 'handler', 'handler.ts');
const fromSource = (globalThis as any).NEO_HANDLER_FROM_SOURCE === true;

export const BundledHandler: HandlerClass = jest.requireActual(fromSource ? SOURCE : BUNDLE).CompilationJobHandler;
