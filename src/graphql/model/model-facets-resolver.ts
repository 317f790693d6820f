import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { ModelFilter, ModelFacets as StoredFacets } from '../../store/index.js';
import type { Context } from '../schema/context.js';
import { FacetRange, FacetStatus, FacetValue, ModelFacets } from './model-facets-type.js';
import { ModelConnection } from './model-type.js';

@Resolver(() => ModelConnection)
export class ModelConnectionResolver {
  @FieldResolver(() => ModelFacets, {
    nullable: true,
    description: 'How many models of this list have which values; null where `totalCount` is.',
  })
  facets(
    @Ctx() { store }: Context,
    @Root() { conditions }: { conditions?: ModelFilter | null },
  ): StoredFacets | null {
    return conditions ? store.models.facets(conditions) : null;
  }
}

@Resolver(() => ModelFacets)
export class ModelFacetsResolver {
  @FieldResolver(() => [FacetValue], {
    description:
      'By registry, the most models first; null for models that were registered directly. At most 100.',
  })
  registry(@Root() facets: StoredFacets) {
    return facets.registries();
  }

  @FieldResolver(() => [FacetValue], {
    description: 'By license, the most models first, spellings that differ in case as one. At most 100.',
  })
  license(@Root() facets: StoredFacets) {
    return facets.licenses();
  }

  @FieldResolver(() => [FacetRange], { description: 'By number of outputs, in ascending ranges.' })
  outputs(@Root() facets: StoredFacets) {
    return facets.outputs();
  }

  @FieldResolver(() => [FacetRange], { description: 'By bytes of the model file, in ascending ranges.' })
  fileBytes(@Root() facets: StoredFacets) {
    return facets.fileBytes();
  }

  @FieldResolver(() => [FacetStatus], { description: 'By status, the most models first.' })
  status(@Root() facets: StoredFacets) {
    return facets.statuses();
  }
}
