import { eventually, testLambda } from './fixture';

/** Starts one function, prints its process id, and waits to be ended. */
async function main() {
  const lambda = testLambda();
  await lambda.put(`exports.handler = async () => {
    console.log(process.pid);
    ${process.env.BUSY ? 'while (true) {}' : ''}
  };`, { timeoutSeconds: 60 });
  void lambda.invoke();
  await eventually(() => lambda.logs.length > 0);
  console.log(lambda.logs[0].slice(3));
}

void main();
