export const onEvent = async () => ({});
export const isComplete = async () => ({ IsComplete: true });
