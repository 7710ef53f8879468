import * as path from 'path';
import type { HandlerClass } from './world';

/** Where `npm test` has just bundled the handler to: what a user's AWS Lambda runs. */
export const BUNDLE = path.join(__dirname, '..', '..', '..', 'assets', 'compilation-job', 'handler', 'compilation-job.lambda', 'index.js');

export const BundledHandler: HandlerClass = jest.requireActual(BUNDLE).CompilationJobHandler;
