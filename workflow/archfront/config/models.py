"""The config: one model per section, with the description, the default and the range of each key.

The JSON schema (``workflow/schemas/config.schema.yaml``), the config reference of the documentation
and the form of the set-up page are made from these models (:mod:`archfront.config.reference`).
Checks of several keys are in :mod:`archfront.config.checks`. Nothing is converted: a value keeps
the type that it has in the user's file, since keys of measurements depend on it.
"""

from dataclasses import dataclass

from archfront.config.model import Rules, key, section
from archfront.core.validation import PRECISIONS
from archfront.predictors.kinds import KINDS
from archfront.tactics import NAMES

NAME: Rules = {"pattern": "^[a-z0-9][a-z0-9_]*$", "maxLength": 64}
"""The name of a file or folder: an operating system allows 255 bytes, suffixes included."""
SECONDS: Rules = {"exclusiveMinimum": 0, "maximum": 1_000_000_000}
"""A time in seconds. The timers of the operating system cannot hold every number."""
DEVICE = "^(cpu|cuda(:[0-9]+)?)$"
TACTIC: Rules = {"enum": list(NAMES)}
DISTINCT: Rules = {"minItems": 1, "uniqueItems": True}
"""A list with at least one item and no item twice."""
MOST = 1_000_000
"""The largest number of sub-networks of a start or a batch, and of iterations."""
POPULATION: Rules = {"minimum": 4, "maximum": MOST}
GENERATIONS: Rules = {"minimum": 1}
RATE: Rules = {"minimum": 0, "maximum": 1}
"""A probability."""


@dataclass(kw_only=True)
class SuperNet:
    """The super-network and its options."""

    name: str = key("Name of a built-in super-network, or package.module:Class.", required=True)


@dataclass(kw_only=True)
class Platform:
    """Hardware, and how a sub-network runs on it."""

    device: str = key(
        "Device that runs the sub-network: cpu, cuda or cuda:N.", "cpu", pattern=DEVICE
    )
    threads: int = key("Number of threads of one inference.", 1, minimum=1)
    batch_size: int = key("Number of images or sentences of one inference.", 1, minimum=1)
    precision: str = key("Precision of weights and activations.", "fp32", enum=["fp32", "bf16"])
    runtime: str = key(
        "Software that runs the sub-network: eager (torch), channels_last (torch, in the memory "
        "format for convolutions), cuda_graph (channels_last, launched as one CUDA graph), compile "
        "(torch.compile), onnxruntime (ONNX Runtime, installed separately).",
        "channels_last",
        enum=["eager", "channels_last", "cuda_graph", "compile", "onnxruntime"],
    )
    cores: list[int] | None = key(
        "Numbers of the processor cores that the process may use, such as [0, 1]. null: the "
        "operating system chooses.",
        None,
        **DISTINCT,
        items={"minimum": 0},
    )
    partition: str | None = key(
        "Partition of the Slurm cluster for the jobs that measure on this platform. null: the "
        "cluster's default partition.",
        None,
        pattern="^[A-Za-z0-9][A-Za-z0-9_,.-]*$",
    )
    model: str | None = key(
        "The processor or GPU: its model name, as /proc/cpuinfo or torch tells it, or its identity "
        "(docs/measurement.md). Hosts with another one measure nothing and read only the store. "
        "null: the identity of the host that runs the job.",
        None,
    )


@dataclass(kw_only=True)
class Sampling:
    """The first sub-networks of a seed. All platforms and tactics of the seed share them."""

    count: int = key("Number of sub-networks.", 40, minimum=4, maximum=MOST)
    extremes: bool = key("Whether the smallest and the largest sub-network come first.", True)
    file: str | None = key(
        "JSON file with a list of configurations, at most count. They come before the random "
        "sub-networks.",
        None,
    )


@dataclass(kw_only=True)
class Measurement:
    """How sub-networks are measured."""

    validation_images: int | None = key(
        "Number of images on which top-1 is measured, a fixed and stratified subset. null: 5,000 "
        "glyphs, or all validation images of ImageNet.",
        None,
        minimum=100,
    )
    calibration_images: int | None = key(
        "Number of training images on which batch norm is re-calibrated. null: 600 glyphs, or "
        "2,000 images of ImageNet.",
        None,
        minimum=100,
    )
    validation_sentences: int | None = key(
        "Number of sentences on which BLEU is measured, from the first one on. null: 1,000 "
        "phrases, or all sentences.",
        None,
        minimum=10,
    )
    beam: int = key("Number of hypotheses of beam search.", 4, minimum=1)
    length_penalty: float = key(
        "Exponent of the length of a translation. Beam search divides the log-probability of the "
        "translation by this power of its length.",
        0.6,
        minimum=0,
    )
    scorer: str = key(
        "Scorer of BLEU: sacrebleu (detokenised sentences) or compound (tokenised, compounds "
        "split: the scores named normal in the tables of HAT).",
        "sacrebleu",
        enum=["sacrebleu", "compound"],
    )
    validation_device: str = key(
        "Device on which top-1 and BLEU are measured: cpu (one thread), cuda or cuda:N. "
        "Measurements on a GPU and on a processor have different keys.",
        "cpu",
        pattern=DEVICE,
    )
    validation_precision: str = key(
        "Arithmetic in which top-1 is validated: fp32 (without TF32), tf32 (fp32 whose products a "
        "GPU rounds to 10 bits), bf16 or fp16. A processor computes in fp32, and some processors "
        "in bf16. Batch norm is re-calibrated in fp32 or tf32. Measurements of different "
        "precisions have different keys. Example: bf16, to validate faster on a GPU.",
        "fp32",
        enum=list(PRECISIONS),
    )
    latency_seconds: float = key(
        "Maximum time in seconds for the latency of one sub-network.", 0.5, **SECONDS
    )
    latency_precision: float = key(
        "Relative half-width of the 95 % confidence interval of a latency. A measurement ends "
        "before its maximum time if it reaches this precision.",
        0.01,
        exclusiveMinimum=0,
        maximum=1,
    )
    chunk_size: int = key("Number of sub-networks that one job measures.", 20, minimum=1)
    time_limit: float | None = key(
        "Seconds after which a measurement without a value is ended and the sub-network is set "
        "aside. null: no limit.",
        14400,
        **SECONDS,
    )
    attempts: int = key(
        "Number of attempts before a sub-network whose measurement fails is set aside.",
        2,
        minimum=1,
    )


@dataclass(kw_only=True)
class LearningCurve:
    """Error of the predictors against the number of training rows, on the samples of all seeds."""

    rows: list[int] = key(
        "Numbers of training rows; at least 5 samples must be left to test on.",
        [10, 20, 30],
        **DISTINCT,
        items={"minimum": 5},
    )
    trials: int = key("Number of random splits.", 10, minimum=1)
    compare: list[str] = key(
        "Kinds of predictors that are tested beside the kinds of the key predictors.",
        [],
        uniqueItems=True,
        items={"enum": list(KINDS)},
    )


@dataclass(kw_only=True)
class Search:
    """The evolutionary search on predictions."""

    algorithm: str = key(
        "Search algorithm: nsga2, pymoo_nsga2, u_nsga3, r_nsga2, age_moea, moead, mo_cma_es, "
        "random, ga (for one objective), or package.module:function.",
        "nsga2",
    )
    population: int = key("Number of sub-networks of a generation.", 50, **POPULATION)
    generations: int = key(
        "Number of generations. concurrent divides them among its searches for one batch; "
        "concurrent_paper and full run one search with all of them.",
        200,
        **GENERATIONS,
    )
    crossover: float = key(
        "Probability that a pair of parents is recombined. mo_cma_es and random recombine nothing.",
        0.9,
        **RATE,
    )
    mutation: float | None = key(
        "Probability that a gene is changed. null: 1 / population. mo_cma_es and random have none.",
        None,
        **RATE,
    )
    reference_points: list[dict[str, float]] | None = key(
        "Points near which r_nsga2 searches, each with a value per objective, in its unit. "
        "Example: [{top1: 76, latency: 20}]. null: along the whole front.",
        None,
        minItems=1,
    )


@dataclass(kw_only=True)
class SearchChange:
    """Changes of the section search in one iteration."""

    algorithm: str = key("See search.algorithm.")
    population: int = key("See search.population.", **POPULATION)
    generations: int = key("See search.generations.", **GENERATIONS)
    crossover: float = key("See search.crossover.", **RATE)
    mutation: float | None = key("See search.mutation.", **RATE)
    reference_points: list[dict[str, float]] | None = key(
        "See search.reference_points.", minItems=1
    )


@dataclass(kw_only=True)
class Full:
    """Full search: a long search on predictors that are trained once."""

    measured: int = key(
        "Number of sub-networks that are measured after the search.", 10, minimum=1, maximum=MOST
    )


@dataclass(kw_only=True)
class Concurrent:
    """ConcurrentNAS and the other tactics that measure in batches: their start, their batches and
    the conditions that end them."""

    start: int | None = key(
        "Number of sub-networks from which concurrent starts: the smallest, the largest, and "
        "others evenly from small to large. null, and with a sampling.file: it starts from the "
        "samples, like the other tactics.",
        10,
        minimum=2,
        maximum=MOST,
    )
    iterations: int = key("Maximum number of iterations.", 3, minimum=1, maximum=MOST)
    seconds: float | None = key(
        "Sum of the measurement times of a run, in seconds, its start included. The loop ends "
        "after the iteration that reaches this sum. null: no limit.",
        None,
        **SECONDS,
    )
    search: list[SearchChange] = key(
        "Changes of the section search in the first, second, ... iteration. The last entry holds "
        "for all later iterations.",
        [],
    )
    batch: int = key(
        "Number of sub-networks that an iteration measures.", 8, minimum=1, maximum=MOST
    )
    live: int = key(
        "Maximum number of sub-networks that a search, full search included, measures for an "
        "objective whose predictor is live. Beyond it the objective is predicted.",
        50,
        minimum=1,
    )
    live_populations: int | None = key(
        "The same number as a multiple of the search's population. null: concurrent.live.",
        None,
        minimum=1,
    )
    proposals: str | None = key(
        "JSON file that records the proposals of this experiment's loops on another machine "
        "(archfront.config.recorded_proposals). The recorded proposals replace the searches, whose "
        "proposals may differ with the last bits of the arithmetic. null: the loops search.",
        None,
    )
    stagnation: float = key(
        "Relative gain of hypervolume. The loop ends after an iteration with a smaller gain. 0: "
        "this condition never ends the loop.",
        0,
        minimum=0,
    )
    least_gain: float = key(
        "Relative expected gain of hypervolume. The loop ends before a batch with a smaller "
        "expected gain, corrected by the ratio of measured to expected gains so far. Only "
        "concurrent has an expected gain. 0: this condition never ends the loop.",
        0,
        minimum=0,
    )


@dataclass(kw_only=True)
class Budget:
    """Changes of the budget of one tactic. Its warm-started runs and its runs in a constrained
    space have the same budget."""

    samples: int = key(
        "Number of random samples that the tactic starts from: the first ones of sampling. "
        "concurrent then starts from them, not from concurrent.start. Not given: sampling.count.",
        minimum=4,
        maximum=MOST,
    )
    batch: int = key(
        "Number of sub-networks that an iteration measures; of full, after the search. Not given: "
        "concurrent.batch, or full.measured.",
        minimum=1,
        maximum=MOST,
    )
    iterations: int = key("See concurrent.iterations.", minimum=1, maximum=MOST)
    seconds: float | None = key("See concurrent.seconds.", **SECONDS)
    stagnation: float = key("See concurrent.stagnation.", minimum=0)
    least_gain: float = key("See concurrent.least_gain.", minimum=0)
    population: int = key("See search.population.", **POPULATION)
    generations: int = key("See search.generations.", **GENERATIONS)


@dataclass(kw_only=True)
class PopDB:
    """A constrained space from the clusters of one platform's search history, for the searches on
    another platform. These searches start from sub-networks of the constrained space."""

    enabled: bool = key("Whether this stage runs.", True)
    source: str | None = key(
        "Platform whose full search is clustered. null: the first platform.", None
    )
    target: str | None = key(
        "Platform that is searched in the constrained space. null: the last platform.", None
    )
    tactics: list[str] = key(
        "Tactics that also run in the constrained space, under names such as concurrent_popdb.",
        ["concurrent"],
        **DISTINCT,
        items=TACTIC,
    )
    clustering: str = key(
        "Program that clusters: exact (archfront's HDBSCAN) or hdbscan (the hdbscan package with "
        "its default algorithm, slower). Their clusters differ (docs/popdb.md).",
        "exact",
        enum=["exact", "hdbscan"],
    )
    min_cluster_size: int = key("Parameter min_cluster_size of HDBSCAN.", 50, minimum=2)
    min_samples: int = key("Parameter min_samples of HDBSCAN.", 10, minimum=1)
    thresholds: dict[str, float] = key(
        "Frequency, per kind of elastic parameter (ks) or per elastic parameter (ks_0), whose own "
        "threshold replaces that of its kind. A value stays in the space if its frequency in the "
        "clusters is higher.",
        {},
        values={"minimum": 0, "exclusiveMaximum": 1},
    )
    default_threshold: float = key(
        "Frequency for the kinds that thresholds does not name.",
        0.01,
        minimum=0,
        exclusiveMaximum=1,
    )


@dataclass(kw_only=True)
class Training:
    """Search within the training of the super-network (docs/search.md): for each tactic that
    measures in batches, each platform and each seed, rounds that search and then train the
    super-network on the measured front."""

    rounds: int = key(
        "Number of rounds. 0: the super-network is not trained.", 0, minimum=0, maximum=100
    )
    steps: int = key("Number of training steps of a round.", 100, minimum=1)


@dataclass(kw_only=True)
class EarlierRun:
    """A finished run of another experiment in results/."""

    experiment: str = key("Name of the experiment.", required=True, **NAME)
    platform: str = key("Name of the platform.", required=True, **NAME)
    tactic: str = key("Tactic, with its suffix _popdb or _warm if it has one.", required=True)
    seed: int = key("Seed.", required=True, minimum=0)


@dataclass(kw_only=True)
class EarlierFronts:
    """The measured fronts of a platform of another experiment in results/."""

    experiment: str = key("Name of the experiment.", required=True, **NAME)
    platform: str = key("Name of the platform.", required=True, **NAME)


@dataclass(kw_only=True)
class WarmStart:
    """Searches that start from the results of another search."""

    tactics: list[str] = key(
        "Tactics that also run with a warm start, under names such as concurrent_warm. The warm "
        "start replaces the random samples. full still trains its predictors on the samples, and "
        "its evolutionary search begins with the warm start. concurrent also learns objectives "
        "that do not depend on the platform, such as top1, from all measurements of the source.",
        [],
        uniqueItems=True,
        items=TACTIC,
    )
    source: str | None = key(
        "Platform of the run whose best sub-networks are the start. null: the first platform.",
        None,
    )
    source_tactic: str | None = key(
        "Tactic of that run. null: the same tactic.",
        None,
    )
    run: EarlierRun | None = key(
        "A run of another experiment in results/: its experiment, platform, tactic and seed. It "
        "replaces the source.",
        None,
    )
    target: str | None = key("Platform that is searched. null: the last platform.", None)
    file: str | None = key(
        "front.csv or archive.csv of an earlier run, of any experiment with this super-network. It "
        "replaces the source.",
        None,
    )
    count: int | None = key(
        "Number of sub-networks of the start: the best that the source measured, by rank and "
        "crowding distance, then random samples. null: as many as the tactic starts from without "
        "a warm start.",
        None,
        minimum=1,
        maximum=MOST,
    )


@dataclass(kw_only=True)
class Export:
    """The sub-network that `snakemake export` writes."""

    platform: str | None = key("Platform of the run. null: the first platform.", None)
    seed: int | None = key("Seed of the run. null: the first seed.", None)
    tactic: str = key(
        "Tactic of the run, with its suffix _popdb or _warm if it has one.", "concurrent"
    )
    choose: str = key(
        "The knee of the front, its best top-1 or BLEU within the bounds at_most, or a row of "
        "front.csv.",
        "knee",
        enum=["knee", "best_top1", "best_bleu", "row"],
    )
    row: int = key("Row of front.csv, from 0 on, if choose is row.", 0, minimum=0)
    at_most: dict[str, float] = key(
        "Upper bounds per column of front.csv, such as latency or macs.", {}
    )


@dataclass(kw_only=True)
class Experiment:
    """Every key of config.yaml and of the files in experiments/, with its default."""

    experiment: str = key(
        "Name of the experiment. Its results are in results/<name>/. The names of other folders "
        "of results/ are refused: store, paper, checkpoints, training, published.",
        required=True,
        **NAME,
    )
    supernet: str | SuperNet = key(
        "Name of a built-in super-network, or package.module:Class. A super-network with options "
        "is a mapping of its name and its options.",
        "embedded_mobilenetv3",
        additionalProperties=True,
    )
    platforms: dict[str, Platform] = key(
        "Platforms on which latency is measured, by name.",
        required=True,
        minProperties=1,
        names=NAME,
    )
    objectives: list[str] = key(
        "Objectives of the search: top1 (or bleu of a Transformer), latency, macs, params, "
        "model_size, peak_memory, naswot, or package.module:object. Archives always have MACs and "
        "parameters.",
        ["top1", "latency"],
        **DISTINCT,
    )
    tactics: list[str] = key(
        "Tactics that search each platform: full, a long search on predictors that are trained "
        "once; concurrent, ConcurrentNAS with batches by noisy expected hypervolume improvement; "
        "concurrent_paper, Algorithm 1 as published, with predictors on one-hot features; "
        "validation, NSGA-II without predictors; and the rivals random, once_for_all, weaknas, "
        "nsganetv2, lanas, seminas, optuna_nsga2, optuna_tpe. A key of search, full or concurrent, "
        "or predictors, that no tactic of the experiment uses must have its default (table in "
        "docs/search.md).",
        ["full", "concurrent"],
        **DISTINCT,
        items=TACTIC,
    )
    bounds: dict[str, float] = key(
        "Worst value that can be used, per objective, in its unit. Example: latency: 20. The "
        "objectives are those of the experiment, and exact ones such as peak_memory. Searches, "
        "fronts and hypervolumes keep within the bounds.",
        {},
    )
    seeds: list[int] = key(
        "Seeds. Each seed is an independent run of the whole experiment.",
        [1],
        **DISTINCT,
        items={"minimum": 0},
    )
    constraint: str | EarlierFronts | None = key(
        "constraint.json of an earlier PopDB stage; or a preset: compofa (243 sub-networks of "
        "MobileNetV3) or compofa_elastic; or a platform of another experiment in results/, as "
        "{experiment: old, platform: gpu}: each elastic parameter keeps the values of that "
        "platform's fronts. Samples and searches stay within the constrained space.",
        None,
    )
    sampling: Sampling = section(Sampling)
    measurement: Measurement = section(Measurement)
    predictors: dict[str, str] = key(
        "Kind of predictor per measured objective: ridge, svr, gaussian_process, "
        "gradient_boosting, mlp, ensemble (the mean of ridge, svr and gaussian_process), auto "
        "(ridge or the Gaussian process, whichever has the smaller leave-one-out error; in "
        "concurrent an ensemble of Gaussian processes), or package.module:Class of a regressor "
        "with scikit-learn's fit and predict. For latency also look_up, a table of block "
        "latencies. In full, concurrent and concurrent_paper also live: the search measures the "
        "objective, within a budget (concurrent.live). Exact objectives have no predictor. "
        "Objectives without a kind: auto; in concurrent_paper svr for bleu and ridge for all "
        "others.",
        {},
    )
    learning_curve: LearningCurve = section(LearningCurve)
    search: Search = section(Search)
    full: Full = section(Full)
    concurrent: Concurrent = section(Concurrent)
    budgets: dict[str, Budget] = key(
        "Budgets of single tactics, by the name of the tactic. Example: "
        "{full: {samples: 2000}, concurrent: {samples: 50}, validation: {iterations: 199}}. "
        "Changes of one tactic's budget change neither the proposals of the other tactics nor the "
        "reference point.",
        {},
        names=TACTIC,
    )
    popdb: PopDB = section(PopDB)
    warm_start: WarmStart = section(WarmStart)
    training: Training = section(Training)
    reference_point: dict[str, dict[str, float]] | None = key(
        "Reference point of the hypervolume: worst value per objective, per platform. null: the "
        "worst values of the samples of the first seed.",
        None,
    )
    paper: str = key(
        "Setting of the paper's figures (snakemake paper, snakemake fig10, ...): the "
        "experiments of experiments/scaled, experiments/full or experiments/devices. devices is "
        "for a host with a GPU and compares its platforms (table1, fig5, fig6, values, fig15, "
        "table3). dry is a rehearsal of full on made-up measurements.",
        "scaled",
        enum=["scaled", "full", "devices", "dry"],
    )
    export: Export = section(Export)
