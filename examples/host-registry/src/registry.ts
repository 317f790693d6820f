import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import type { PrismaClient } from './generated/client.js';

/** A version of a model, as the registry has it. */
@ObjectType()
export class RegisteredModel {
  @Field(() => ID)
  id!: string;

  @Field()
  name!: string;

  @Field()
  version!: string;

  @Field()
  owner!: string;

  @Field(() => String, { nullable: true })
  description!: string | null;

  @Field()
  createdAt!: Date;
}

@InputType()
export class PublishInput {
  @Field()
  name!: string;

  @Field()
  version!: string;

  @Field()
  owner!: string;

  @Field({ description: 'Path of an ONNX file.' })
  file!: string;
}

/** What the registry's resolvers share. */
export interface RegistryContext {
  prisma: PrismaClient;
  /** Called with every published version. */
  published(model: { name: string; version: string; file: string }): Promise<unknown>;
}

@Resolver()
export class RegistryResolver {
  @Query(() => [RegisteredModel], { description: 'All registered versions, oldest first.' })
  registeredModels(@Ctx() { prisma }: RegistryContext) {
    return prisma.registeredModel.findMany({ orderBy: { createdAt: 'asc' } });
  }

  @Mutation(() => RegisteredModel, { description: 'Registers a version.' })
  async publishModel(
    @Ctx() { prisma, published }: RegistryContext,
    @Arg('input', () => PublishInput) input: PublishInput,
  ) {
    const model = await prisma.registeredModel.create({ data: { ...input } });
    await published(model);
    return model;
  }
}
