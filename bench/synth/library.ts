import { byLibrary } from './by-library';
import { measureSynthesis } from './measure-synthesis';
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

measureSynthesis(byLibrary, [NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget]);
