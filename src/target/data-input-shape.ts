import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Names and shapes of a model's inputs (`DataInputConfig`).
 */
export class NeoDataInputShape {
  /**
   * Shapes by input name, in the order in which the model takes them.
   */
  public static fromMap(shapes: { [inputName: string]: number[] }): NeoDataInputShape {
    return new NeoDataInputShape(shapes);
  }

  private constructor(private readonly value: any) {}

  /**
   * The compact JSON that the API takes.
   */
  public toJson(scope: IConstruct): string {
    return Stack.of(scope).toJsonString(this.value);
  }
}
