/**
 * One process, as Lambda starts one: load the bundle, the first request, a first look at a running job and twenty more.
 *
 *   start <bundle>          with the stand-in at AWS_ENDPOINT_URL
 */
const ms = (from: number) => performance.now() - from;

async function main([bundle]: string[]): Promise<void> {
  const began = performance.now();
  const { isComplete } = await import(bundle);
  const init = ms(began);

  const request = JSON.parse(process.env.NEO_REQUEST!);
  const event = performance.now();
  const Request = { ...request, RequestId: `${process.pid}-${Date.now()}` };
  const StartedAt = new Date().toISOString();
  const started = { Request, StartedAt, Progress: await isComplete({ Request, StartedAt, Progress: {} }) };
  const firstEvent = ms(event);

  const first = performance.now();
  await isComplete(started);
  const firstLook = ms(first);

  const looks: number[] = [];
  for (let i = 0; i < 20; i++) {
    const look = performance.now();
    const { Answer } = await isComplete(started);
    if (Answer) { throw new Error('the job ended while its looks were measured'); }
    looks.push(ms(look));
  }
  // From the start of the process until the first request is answered, as who waits for a cold start waits.
  const start = event + firstEvent;
  const look = looks.sort((a, b) => a - b)[looks.length / 2];
  console.log(JSON.stringify({ start, init, firstEvent, firstLook, look, memory: process.resourceUsage().maxRSS / 1_024 }));
}

void main(process.argv.slice(2));
