import type { CompilationJobSummary, ListCompilationJobsRequest, ListCompilationJobsResponse } from '@aws-sdk/client-sagemaker';
import { validationException } from './errors';

/** The service's default page size. */
const DEFAULT_PAGE = 10;

/** Filters, sorts and pages as documented for ListCompilationJobs. */
export function listSummaries(all: Iterable<CompilationJobSummary>, query: ListCompilationJobsRequest): ListCompilationJobsResponse {
  const sign = query.SortOrder === 'Descending' ? -1 : 1;
  const sortKey = (job: CompilationJobSummary): string | number => {
    switch (query.SortBy) {
      case 'Name': return job.CompilationJobName!;
      case 'Status': return job.CompilationJobStatus!;
      default: return job.CreationTime!.getTime();
    }
  };
  // The name breaks ties, so that the order is total and paging loses no job.
  const compare = (a: Place, b: Place): number => sign * (order(a[0], b[0]) || order(a[1], b[1]));
  const place = (job: CompilationJobSummary): Place => [sortKey(job), job.CompilationJobName!];

  let found = [...all].filter(job => matches(job, query)).sort((a, b) => compare(place(a), place(b)));
  if (query.NextToken !== undefined) {
    const last = decode(query.NextToken);
    found = found.filter(job => compare(place(job), last) > 0);
  }
  const page = found.slice(0, query.MaxResults ?? DEFAULT_PAGE);
  return {
    CompilationJobSummaries: page,
    ...page.length < found.length && { NextToken: encode(place(page[page.length - 1])) },
  };
}

/** A job's position in the sorted list. The token has the last position of a page, so it stays valid when jobs are added or deleted. */
type Place = [key: string | number, name: string];

const order = <T>(a: T, b: T): number => a < b ? -1 : a > b ? 1 : 0;

function matches(job: CompilationJobSummary, query: ListCompilationJobsRequest): boolean {
  const created = job.CreationTime!.getTime();
  const modified = job.LastModifiedTime!.getTime();
  return (query.NameContains === undefined || job.CompilationJobName!.includes(query.NameContains))
    && (query.StatusEquals === undefined || job.CompilationJobStatus === query.StatusEquals)
    && (query.CreationTimeAfter === undefined || created > query.CreationTimeAfter.getTime())
    && (query.CreationTimeBefore === undefined || created < query.CreationTimeBefore.getTime())
    && (query.LastModifiedTimeAfter === undefined || modified > query.LastModifiedTimeAfter.getTime())
    && (query.LastModifiedTimeBefore === undefined || modified < query.LastModifiedTimeBefore.getTime());
}

const encode = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url');

function decode(token: string): Place {
  try {
    const place = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(place) && place.length === 2) {
      return place as Place;
    }
  } catch {
    // The token was not issued by this service.
  }
  throw validationException('Invalid NextToken');
}
