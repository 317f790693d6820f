import { define } from '../define.js';
import { CompareElement } from './compare-element.js';
import { ModelElement } from './model-element.js';
import { OutputElement } from './output-element.js';
import { ProbelogElement } from './probelog-element.js';
import { ProgressElement } from './progress-element.js';
import { SearchElement } from './search-element.js';

ProbelogElement.cameFrom(import.meta.url);
define('probelog-search', SearchElement);
define('probelog-model', ModelElement);
define('probelog-output', OutputElement);
define('probelog-compare', CompareElement);
define('probelog-progress', ProgressElement);
