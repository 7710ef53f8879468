"""What LocalStack lacks: functions as processes, and custom resources."""
