import { byLibrary } from './by-library';
import { measureSynthesis } from './measure-synthesis';

measureSynthesis(byLibrary);
