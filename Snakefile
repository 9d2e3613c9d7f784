# archfront: measured Pareto fronts of sub-networks. See README.md.


if not workflow.overwrite_configfiles:

    configfile: "config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/report.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/code.smk"
include: "workflow/rules/resources.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/outputs.smk"
include: "workflow/rules/supernets.smk"
include: "workflow/rules/sampling.smk"
include: "workflow/rules/measurement.smk"
include: "workflow/rules/predictors.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/concurrent.smk"
include: "workflow/rules/popdb.smk"
include: "workflow/rules/transfer.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/analytics.smk"
include: "workflow/rules/export.smk"
include: "workflow/rules/paper.smk"


onstart:
    check_platforms()
    forget_stop()
    be_quiet_while_measuring()


onsuccess:
    say_how_long()


rule all:
    default_target: True
    input:
        f"results/{EXPERIMENT}/{SUMMARY}",
        f"results/{EXPERIMENT}/{layout.EXPLORER}",
        figure_files(EXPERIMENT),
        trained_fronts,
    message:
        "The results lie in results/{EXPERIMENT}/"
