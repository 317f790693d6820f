-- Labels in byte order without regard to case, for suggestions. A longer label is none, and would not fit into an index.
CREATE INDEX "logit_label_prefix_idx" ON "logit"((lower("label") COLLATE "C"), ("label" COLLATE "C"))
    WHERE length("label") <= 100;
