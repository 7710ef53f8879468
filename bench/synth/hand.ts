import { byHand } from './by-hand';
import { measureSynthesis } from './measure-synthesis';

measureSynthesis(byHand);
