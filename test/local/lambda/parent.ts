import { testLambda } from './fixture';

/** Starts one function, prints its process id, and waits to be ended. */
async function main() {
  const lambda = testLambda();
  await lambda.put(`exports.handler = async () => {
    console.log(process.pid);
    ${process.env.BUSY ? 'while (true) {}' : ''}
  };`, { timeoutSeconds: 60 });
  void lambda.invoke();
  while (lambda.logs.length === 0) { await new Promise(resolve => setTimeout(resolve, 10)); }
  console.log(lambda.logs[0].slice(3));
}

void main();
