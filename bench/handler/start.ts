/**
 * Measures one process, started as Lambda does: it loads the bundle, handles the first request, and then checks a running job 21 times.
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
  // The time from the start of the process to the first response, which is the time that a cold start takes.
  const start = event + firstEvent;
  const look = looks.sort((a, b) => a - b)[looks.length / 2];
  console.log(JSON.stringify({ start, init, firstEvent, firstLook, look, memory: process.resourceUsage().maxRSS / 1_024 }));
}

void main(process.argv.slice(2));
