# Figures, tables, the pages of the report, the plan of the costs, and the status.


localrules:
    draw_figure,
    summarise,
    explore,
    plan,
    status,


rule draw_figure:
    input:
        figure_inputs,
    output:
        png=report(
            f"{PLACE}{layout.figure('{figure}', 'png')}",
            caption="../report/figure.rst",
            category="Figures",
            labels={"figure": "{figure}"},
        ),
        svg=f"{PLACE}{layout.figure('{figure}', 'svg')}",
        csv=f"{PLACE}{layout.figure('{figure}', 'csv')}",
    log:
        "results/{experiment}/logs/figures/{figure}.log",
    benchmark:
        "results/{experiment}/benchmarks/figures/{figure}.tsv"
    conda:
        "../../envs/plots.yaml"
    params:
        experiment=experiment,
        folder="results/{experiment}",
        code=code_of("draw_figure", chosen_figure),
        caption=figure_caption,
    message:
        "Drawing {wildcards.figure}"
    script:
        "../scripts/draw_figure.py"


rule summarise:
    input:
        archives=all_archives,
        fronts=all_fronts,
        references=all_references,
    output:
        summary=SUMMARY_FILE,
        summary_page=report(
            f"{PLACE}{layout.page('summary')}",
            caption="../report/summary.rst",
            category="Tables",
            labels={"table": "summary"},
        ),
        provenance=f"{PLACE}{layout.PROVENANCE}",
        provenance_page=report(
            f"{PLACE}{layout.page('provenance')}",
            caption="../report/provenance.rst",
            category="Tables",
            labels={"table": "provenance"},
        ),
    log:
        "results/{experiment}/logs/summarise.log",
    benchmark:
        "results/{experiment}/benchmarks/summarise.tsv"
    conda:
        "../../envs/plots.yaml"
    params:
        experiment=experiment,
        folder="results/{experiment}",
        code=code_of("summarise"),
        store=STORE,
    message:
        "Summarising {wildcards.experiment}"
    script:
        "../scripts/summarise.py"


rule explore:
    input:
        archives=all_archives,
    output:
        explorer=report(
            f"{PLACE}{layout.EXPLORER}",
            caption="../report/explorer.rst",
            category="Explore",
            labels={"page": "fronts, linked"},
        ),
        measured=report(
            f"{PLACE}{layout.page('measured')}",
            caption="../report/measured.rst",
            category="Explore",
            labels={"page": "everything measured, to sort and filter"},
        ),
    log:
        "results/{experiment}/logs/explore.log",
    benchmark:
        "results/{experiment}/benchmarks/explore.tsv"
    conda:
        "../../envs/plots.yaml"
    params:
        experiment=experiment,
        folder="results/{experiment}",
        code=code_of("explore", templates),
    message:
        "Pages to explore what {wildcards.experiment} measured"
    script:
        "../scripts/explore.py"


rule plan:
    log:
        f"results/{EXPERIMENT}/logs/plan.log",
    conda:
        "../../envs/workflow.yaml"
    # The rule has no output, so that each call makes a new plan.
    params:
        experiment=MAIN,
        store=STORE,
        table=f"results/{EXPERIMENT}/{layout.PLAN}",
    message:
        "What {EXPERIMENT} will cost"
    script:
        "../scripts/plan.py"


rule status:
    log:
        f"results/{EXPERIMENT}/logs/status.log",
    conda:
        "../../envs/workflow.yaml"
    # It can run beside a live run, since it only reads files and the store.
    params:
        experiment=MAIN,
        folder=f"results/{EXPERIMENT}",
        store=STORE,
    message:
        "How far {EXPERIMENT} is"
    script:
        "../scripts/status.py"
