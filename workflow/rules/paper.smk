# The figures and tables of the paper's experiments. `snakemake fig10` makes one of them; `snakemake
# paper` makes all of them, and verdicts on the paper's claims. A record
# (results/paper/scaled/record.tar.xz) holds all that they are made from. The experiments are in the
# folders experiments/scaled, experiments/full and experiments/devices; those of the setting dry are
# made of those in experiments/full (archfront.paper.dry).


localrules:
    draw_paper_figure,
    write_paper_table,
    judge_claims,
    plan_paper,
    write_paper_report,
    write_paper_record,


rule draw_paper_figure:
    input:
        paper_inputs,
    output:
        png="results/paper/{setting}/{target}.png",
        svg="results/paper/{setting}/{target}.svg",
        csv="results/paper/{setting}/{target}.csv",
    log:
        "results/paper/{setting}/logs/{target}.log",
    benchmark:
        "results/paper/{setting}/benchmarks/{target}.tsv"
    wildcard_constraints:
        target="|".join(paper.FIGURES),
    conda:
        "../../envs/plots.yaml"
    params:
        study=paper_study,
        results=all_results,
        code=code_of_script("draw_paper_figure", chosen_target),
    message:
        "Drawing {wildcards.target} ({wildcards.setting})"
    script:
        "../scripts/draw_paper_figure.py"


rule write_paper_table:
    input:
        paper_inputs,
    output:
        csv="results/paper/{setting}/{target}.csv",
    log:
        "results/paper/{setting}/logs/{target}.log",
    benchmark:
        "results/paper/{setting}/benchmarks/{target}.tsv"
    wildcard_constraints:
        target="|".join(paper.TABLES),
    conda:
        "../../envs/plots.yaml"
    params:
        study=paper_study,
        results=all_results,
        code=code_of_script("write_paper_table", chosen_target),
    message:
        "Writing {wildcards.target} ({wildcards.setting})"
    script:
        "../scripts/write_paper_table.py"


rule judge_claims:
    input:
        tables=paper_tables,
    output:
        claims="results/paper/{setting}/claims.csv",
    log:
        "results/paper/{setting}/logs/claims.log",
    benchmark:
        "results/paper/{setting}/benchmarks/claims.tsv"
    conda:
        "../../envs/plots.yaml"
    params:
        code=code_of_script("judge_claims"),
    message:
        "Judging the paper's claims ({wildcards.setting})"
    script:
        "../scripts/judge_claims.py"


rule write_paper_report:
    input:
        claims="results/paper/{setting}/claims.csv",
        tables=paper_tables,
        figures=paper_figures,
    output:
        report="results/paper/{setting}/report.html",
    log:
        "results/paper/{setting}/logs/report.log",
    benchmark:
        "results/paper/{setting}/benchmarks/report.tsv"
    conda:
        "../../envs/plots.yaml"
    params:
        studies=paper_studies,
        folder=paper_folder,
        code=code_of_script("write_paper_report", shown_targets, templates),
    message:
        "Writing the report on the paper's experiments ({wildcards.setting})"
    script:
        "../scripts/write_paper_report.py"


rule write_paper_record:
    input:
        files=recorded_files,
    output:
        record="results/paper/{setting}/record.tar.xz",
    log:
        "results/paper/{setting}/logs/record.log",
    benchmark:
        "results/paper/{setting}/benchmarks/record.tsv"
    conda:
        "../../envs/plots.yaml"
    params:
        studies=paper_studies,
        results=all_results,
        code=code_of_script("write_paper_record", shown_targets),
    message:
        "Writing the record of the paper's experiments ({wildcards.setting})"
    script:
        "../scripts/write_paper_record.py"


rule plan_paper:
    log:
        f"results/paper/{MAIN['paper']}/logs/plan.log",
    conda:
        "../../envs/workflow.yaml"
    params:
        studies=paper_studies,
        store=STORE,
        table=f"results/paper/{MAIN['paper']}/plan.csv",
    message:
        "What the paper's figures will cost"
    script:
        "../scripts/plan_paper.py"


for target in paper.ORDER:

    rule:
        name:
            target
        input:
            f"results/paper/{MAIN['paper']}/{target}.csv",


rule paper:
    input:
        f"results/paper/{MAIN['paper']}/report.html",
    message:
        "The paper's experiments: {input}"
